/** Fields that say what may be done with a body: a page without them is another page. Nobody else's fields are compared or made. */
const comparedFields = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-security-policy',
  'permissions-policy',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
] as const;

export type AnswerField = (typeof comparedFields)[number];

/** By their names, those that an answer has. */
export type AnswerFields = Readonly<Partial<Record<AnswerField, string>>>;

/** Those among the fields of an answer, whose names are in lower case. */
export function answerFields(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerFields {
  const found: Partial<Record<AnswerField, string>> = {};
  for (const name of comparedFields) {
    const value = headers[name];
    if (value !== undefined) found[name] = String(value);
  }
  return found;
}

/** Names of fields that only one of the two has, or each another value of. */
export const unequalFields = (one: AnswerFields = {}, other: AnswerFields = {}): readonly AnswerField[] =>
  comparedFields.filter((name) => one[name] !== other[name]);
