import { fieldOf, type Row, type SourceValue } from '../change-event/index.ts';
import type { Column, MirrorTable } from '../projection/declaration.ts';
import { keyForm } from '../query-api/key.ts';
import { changeText } from '../read-store/change-log.ts';
import { quoted } from '../read-store/tables.ts';

/** The owned columns of a row, as texts in the order of the declaration; as JSON they are compared and kept. */
export type Values = readonly (string | null)[];

export const textOf = (values: Values | null): string => JSON.stringify(values);
export const valuesIn = (json: string): Values | null => JSON.parse(json);

/** MariaDB prints times itself: the driver would leave out a fraction that is zero. */
export const cellOf = (column: Column, as = ''): string => {
  const name = `${as}${quoted(column.name)}`;
  return column.type.family === 'temporal' ? `CAST(${name} AS CHAR)` : name;
};

/** A list for SELECT, each under the read model's name. */
export const cellsOf = (columns: readonly Column[], nameOf: (column: Column) => string): string =>
  columns.map((column) => `${cellOf({ ...column, name: nameOf(column) })} AS ${quoted(column.name)}`).join(', ');

/** The monolith's table, quoted. */
export const sourceOf = ({ source }: MirrorTable): string => source.split('.').map(quoted).join('.');

/** What a SELECT of `cellsOf` gives, by the columns' names. */
export function valuesOfCells(columns: readonly Column[], row: Readonly<Record<string, unknown>>): Values {
  return columns.map(({ name }) => (row[name] === null ? null : String(row[name])));
}

/** Of a row of the log. A column that is missing has stopped the writer before. */
export const valuesOfRow = (columns: readonly Column[], row: Row): Values =>
  columns.map((column) => changeText(column, valueIn(row, column)));

/** As change logs and tables of writes name a row. */
export const keyTextOf = ({ key }: MirrorTable, row: Row): string =>
  JSON.stringify(key.map((column) => changeText(column, valueIn(row, column))));

/** A key's placeholders have its columns' types: MariaDB never makes a number of a text that is none. */
export const keyCondition = ({ key }: MirrorTable, nameOf: (column: Column) => string): string =>
  key.map((column) => `${quoted(nameOf(column))} = ${keyForm(column)!.sql}`).join(' AND ');

/** What `keyTextOf` wrote, for the placeholders. */
export const keyIn = ({ key }: MirrorTable, keyText: string): readonly (string | Buffer)[] =>
  (JSON.parse(keyText) as string[]).map((text, index) => keyForm(key[index]!)!.parse(text)!);

function valueIn(row: Row, { from }: Column): SourceValue {
  const field = fieldOf(row, from);
  return field === null ? null : row[field]!;
}
