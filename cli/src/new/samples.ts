import type { Connection } from 'mysql2/promise';
import type { TableDraft } from './draft.ts';
import { Mask, type SampleValue } from './mask.ts';
import { quotedName } from './names.ts';
import type { SelectShape, Unread } from './select-shape.ts';
import { tokensOf } from './tokens.ts';

/** Columns by their names in the source. */
export type SampleRow = Readonly<Record<string, SampleValue>>;
/** By the declaration's names of tables. */
export type Samples = ReadonlyMap<string, readonly SampleRow[]>;

const rowsOfATable = 3;
const rowsOfAJoin = 4;

/** The first rows of each table, texts made up. */
export async function mirrorSamples(
  source: Connection,
  tables: readonly TableDraft[],
  mask = new Mask(),
): Promise<Samples> {
  const samples = new Map<string, SampleRow[]>();
  for (const table of tables) {
    const [database = '', ...rest] = table.source.split('.');
    const columns = table.columns.map(({ from }) => expression(from, '')).join(', ');
    const order = table.key.map((key) => quotedName(table.columns.find(({ name }) => name === key)!.from)).join(', ');
    const sql = `SELECT ${columns} FROM ${quotedName(database)}.${quotedName(rest.join('.'))} ORDER BY ${order} LIMIT ${rowsOfATable}`;
    const rows = await raw(source, sql);
    samples.set(
      table.name,
      rows.map((row) =>
        masked(
          table,
          table.columns.map((_, index) => row[index]!),
          mask,
        ),
      ),
    );
  }
  return samples;
}

/** Rows that meet each other in the SELECT. What it compares texts with stays, or nothing would meet. */
export async function querySamples(
  source: Connection,
  {
    select,
    database,
    shape,
    tables,
  }: { select: string; database: string; shape: SelectShape | Unread; tables: readonly TableDraft[] },
): Promise<Samples> {
  if ('unread' in shape)
    return mirrorSamples(
      source,
      tables.filter(({ why }) => why === null),
    );
  const kept = tokensOf(select)
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text.slice(1, -1));
  const mask = new Mask(kept);
  await source.query('USE ??', [database]);
  const parts = shape.occurrences.map((one) => ({
    alias: one.alias,
    table: tables.find(({ name }) => name.toLowerCase() === one.table.toLowerCase())!,
  }));
  const columns = parts.flatMap(({ alias, table }) =>
    table.columns.map(({ from }) => expression(from, `${quotedName(alias)}.`)),
  );
  const rows = await raw(source, `SELECT ${columns.join(', ')} ${shape.joined} LIMIT ${rowsOfAJoin}`);
  const samples = new Map<string, SampleRow[]>();
  for (const row of rows) {
    let at = 0;
    for (const { table } of parts) {
      const values = table.columns.map(() => row[at++]!);
      const isThere = table.columns.every(({ from }, index) => !table.key.includes(from) || values[index] !== null);
      const some = samples.get(table.name) ?? [];
      const one = masked(table, values, mask);
      const isKnown = some.some((other) => table.key.every((name) => other[name] === one[name]));
      if (isThere && !isKnown) some.push(one);
      samples.set(table.name, some);
    }
  }
  const elsewhere = tables.filter(({ name, why }) => why === null && !samples.has(name));
  return new Map([...samples, ...(await mirrorSamples(source, elsewhere, mask))]);
}

const expression = (column: string, alias: string): string => `${alias}${quotedName(column)}`;

/** Values as bytes: as the server prints them. */
async function raw(source: Connection, sql: string): Promise<(Buffer | null)[][]> {
  const options = { sql, rowsAsArray: true, typeCast: (field: { buffer: () => Buffer | null }) => field.buffer() };
  const [rows] = await source.query(options as unknown as Parameters<Connection['query']>[0]);
  return rows as unknown as (Buffer | null)[][];
}

function masked(table: TableDraft, values: readonly (Buffer | null)[], mask: Mask): SampleRow {
  const row = table.columns.map(({ from, type }, index) => [from, mask.value(from, type, values[index] ?? null)]);
  return Object.fromEntries(row) as SampleRow;
}
