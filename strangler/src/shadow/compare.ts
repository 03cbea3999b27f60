import { type AnswerField, unequalFields } from '../route/answer-fields.ts';
import type { Answer } from '../route/declaration.ts';
import { compareValues } from './compare-values.ts';
import { mediaType, sameMediaType } from './content-type.ts';
import { type Json, readJson } from './json-value.ts';
import { type Rules, rulesOf } from './rules.ts';
import { masked, shown, shownText } from './shown.ts';
import type { Tolerances } from './tolerances.ts';
import type { Difference } from './verdict.ts';

/** Differences that are listed of one comparison: one for each place. */
export const mostDifferences = 50;

/**
 * In what the candidate's answer differs from the monolith's; nothing when both mean the same, which does not depend on which of
 * the two is which. A different status is all that is said of two answers, for nothing else of them is comparable. Of bodies of
 * two content types nothing is said. Fields that say what may be done with a body (`AnswerFields`) are compared as they are
 * written. JSON is compared by meaning: the order of members and how a number is written say nothing, and numbers are compared
 * exactly, strings by code unit. A body that is not read as JSON (`readJson`: it names a member twice, is longer than 1 Mi
 * characters, deeper than 200, or no JSON) is compared character by character, as are bodies of other types.
 * Throws when the tolerances are wrong (`rulesOf`), and for no answer.
 */
export function compare(monolith: Answer, candidate: Answer, tolerances: Tolerances): Difference[] {
  const rules = rulesOf(tolerances);
  if (monolith.status !== candidate.status) return [whole('status', `${monolith.status}`, `${candidate.status}`)];
  const found: Difference[] = [];
  const [one, other] = [mediaType(monolith.contentType), mediaType(candidate.contentType)];
  if (!sameMediaType(one, other))
    found.push(whole('content-type', shownText(monolith.contentType), shownText(candidate.contentType)));
  for (const name of unequalFields(monolith.fields, candidate.fields))
    found.push(whole(name, fieldText(monolith, name), fieldText(candidate, name)));
  if (rules.ignored || monolith.body === candidate.body || one.isJson !== other.isJson) return found;
  if (!one.isJson) return one.name === other.name ? [...found, bodies(monolith, candidate, rules)] : found;
  const [mine, theirs] = [readJson(monolith.body), readJson(candidate.body)];
  if (mine === undefined || theirs === undefined) return [...found, bodies(monolith, candidate, rules, mine, theirs)];
  return [...found, ...compareValues(mine, theirs, rules, mostDifferences - found.length)];
}

function bodies(monolith: Answer, candidate: Answer, rules: Rules, mine?: Json, theirs?: Json): Difference {
  const at = firstDifference(monolith.body, candidate.body);
  const isHiding = hasSecrets(rules);
  const show = ({ body }: Answer, value: Json | undefined): string => {
    if (value !== undefined) return shown(value, rules);
    return isHiding ? masked : shownText(body, at);
  };
  return whole('body', show(monolith, mine), show(candidate, theirs));
}

/** Where a secret is in a text that is no JSON, nobody can say. */
function hasSecrets(rules: Rules): boolean {
  const remaining = [...rules.branches];
  for (let branch = remaining.pop(); branch; branch = remaining.pop()) {
    if (branch.secret) return true;
    remaining.push(...branch.members.values());
  }
  return rules.secret;
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

const fieldText = ({ fields }: Answer, name: AnswerField): string | null =>
  fields?.[name] === undefined ? null : shownText(fields[name]);

function whole(
  kind: 'status' | 'content-type' | 'body' | AnswerField,
  monolith: string | null,
  candidate: string | null,
): Difference {
  return { kind, place: kind, monolith, candidate };
}
