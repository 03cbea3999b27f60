/** How a value of a column appears in JSON. 64-bit integers and decimals are strings: a JSON number would round them. */
export type JsonKind = 'integer' | 'number' | 'string' | 'boolean';
export type TypeFamily = 'integer' | 'bigint' | 'decimal' | 'float' | 'text' | 'binary' | 'temporal';

export interface SqlType {
  /** As given, fit for CREATE TABLE. */
  readonly sql: string;
  readonly base: string;
  readonly family: TypeFamily;
  readonly json: JsonKind;
}

const families: Readonly<Record<TypeFamily, readonly string[]>> = {
  integer: ['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'year'],
  bigint: ['bigint'],
  decimal: ['decimal', 'numeric'],
  float: ['float', 'double'],
  text: ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json', 'enum', 'set'],
  binary: ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'bit'],
  temporal: ['date', 'datetime', 'timestamp', 'time'],
};

const familyOf = new Map(
  Object.entries(families).flatMap(([family, bases]) => bases.map((base) => [base, family as TypeFamily])),
);

/** Parses a column type such as `decimal(38,10)`; null when it is none. Only words, numbers and quoted members may follow. */
export function parseSqlType(text: string): SqlType | null {
  const match = /^([a-z]+)( *\((?:[0-9, ]+|(?:'(?:[^'\\]|'')*',? *)+)\))?((?: +[a-z][a-z0-9_]*)*)$/i.exec(text.trim());
  const base = match?.[1]?.toLowerCase() ?? '';
  const family = familyOf.get(base);
  if (!match || !family) return null;
  const json = family === 'integer' ? 'integer' : family === 'float' ? 'number' : 'string';
  return { sql: text.trim(), base, family, json };
}
