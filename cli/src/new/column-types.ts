import type { SourceColumn } from './source-schema.ts';

/** The type of a column as a declaration has it, or why it cannot be carried. */
export type Carried = { readonly type: string } | { readonly why: string };

/** Types that declarations refuse, and what a column of the source could be instead; docs/reference/values.md. */
const refused: Readonly<Record<string, string>> = {
  ...{ inet4: 'varchar(15)', inet6: 'varchar(39)', geometry: 'longblob', point: 'longblob', linestring: 'longblob' },
  ...{ polygon: 'longblob', multipoint: 'longblob', multilinestring: 'longblob', multipolygon: 'longblob' },
  ...{ geometrycollection: 'longblob', vector: 'blob' },
};

/** `withCollation`: its texts are compared in the read model, by the rules of the source. */
export function carriedType({ type, collation }: SourceColumn, withCollation: boolean): Carried {
  const [base = ''] = /^[a-z0-9]+/.exec(type) ?? [];
  if (base === 'uuid') return { type: 'char(36)' };
  const instead = refused[base];
  if (instead) return { why: `values of type ${base} are not carried; a column of type ${instead} would be` };
  if (/\/\*.*COMPRESSED/i.test(type)) return { why: 'values of compressed columns are not carried' };
  const bare = type.replace(/^year\(4\)$/, 'year');
  return { type: withCollation && collation !== null ? `${bare} collate ${collation}` : bare };
}

/** Lists can be asked by columns of these types. */
export const isComparable = (type: string): boolean =>
  /^(tinyint|smallint|mediumint|int|bigint|year|decimal|char|varchar|enum|binary|varbinary|date|datetime|timestamp)\b/.test(
    type,
  );

/** Rows can be asked for by a key of these types; the others are compared otherwise than they are written. */
export const isServedKey = (type: string): boolean => isComparable(type) && !type.startsWith('enum');

/** CHAR, VARCHAR and the like, whose values are compared by a collation. */
export const isText = (type: string): boolean =>
  /^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/.test(type);

const secretWords = [
  ...[
    'password',
    'passwd',
    'passwort',
    'pass',
    'pwd',
    'secret',
    'token',
    'salt',
    'otp',
    'pin',
    'puk',
    'cvv',
    'cvc',
    'pan',
  ],
  ...['credential', 'credentials', 'passphrase', 'ssn', 'iban'],
];
const secretPairs =
  /(api|private|secret|access|session|card|tax|security|bank).?(key|hash|number|no|num|nr|account)|(password|passwd).?hash|social.?security/;

/** By its name alone: `passwd`, `cardNumber`, `API Key`. */
export function looksSecret(column: string): boolean {
  const words = column
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => secretWords.includes(word)) || secretPairs.test(words.join(' '));
}
