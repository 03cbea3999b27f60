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

const sizes = / *\( *\d+ *(?:, *\d+ *)?\)/;
const members = / *\( *'(?:[^'\\]|'')*'(?: *, *'(?:[^'\\]|'')*')* *\)/;
const attributes = /(?: +(?:unsigned|signed|zerofill|(?:collate|character +set|charset) +[a-z][a-z0-9_]*))*/;
const syntax = new RegExp(`^([a-z]+)(${sizes.source}|${members.source})?${attributes.source}$`, 'i');

/**
 * Parses a column type such as `decimal(38,10)`; null when it is none. What may follow does not change what a value is: no
 * UNIQUE (a second key would match upserts too), no DEFAULT, no NOT NULL, and nothing that ends the column.
 */
export function parseSqlType(text: string): SqlType | null {
  const match = syntax.exec(text.trim());
  const base = match?.[1]?.toLowerCase() ?? '';
  const family = familyOf.get(base);
  if (!match || !family) return null;
  const hasMembers = match[2]?.includes("'") ?? false;
  if (hasMembers !== (base === 'enum' || base === 'set')) return null;
  const json = family === 'integer' ? 'integer' : family === 'float' ? 'number' : 'string';
  return { sql: text.trim(), base, family, json };
}

/** The numbers in its parentheses: of `decimal(19,4)` 19 and 4, of `datetime(6)` 6 and 0; `first` and 0 where there are none. */
export function numbersIn({ sql }: SqlType, first = 0): readonly [number, number] {
  const found = /\( *(\d+) *(?:, *(\d+))? *\)/.exec(sql);
  return [Number(found?.[1] ?? first), Number(found?.[2] ?? 0)];
}

/** CHAR or VARCHAR under a collation in which only the same letters are equal; blanks at the end do not count. */
export function isBinaryText({ base, sql }: SqlType): boolean {
  return (base === 'char' || base === 'varchar') && / collate +\w+_bin$/i.test(sql);
}
