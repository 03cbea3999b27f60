import type { Session } from '../read-store/index.ts';
import type { ComparedSide, ComparedTable } from './compared.ts';
import { type KeyRange, type KeyValue, keyText, rangeCondition } from './key-range.ts';

/** One row that is not the same on both sides. Names columns, never tells values. */
export interface Difference {
  /** The read model lacks it, has it although the source does not, or has it otherwise. */
  readonly kind: 'missing' | 'extra' | 'different';
  readonly key: readonly KeyValue[];
  /** That differ; none for a row that is there on one side only. */
  readonly columns: readonly string[];
}

export interface Sum {
  readonly rows: number;
  readonly checksum: string;
}

/** The two servers, each with its snapshot open. */
export interface Sessions {
  readonly source: Session;
  readonly read: Session;
}

/** How many rows a range has, and a checksum of all that is in them: 64 bits of MD5 by row, combined by XOR. */
export async function sumOf(session: Session, side: ComparedSide, range: KeyRange): Promise<Sum> {
  const [row] = await session.rows<{ n: string | number; x: string | number }>(sumSql(session, side, range));
  return { rows: Number(row!.n), checksum: String(row!.x) };
}

export function sumSql(session: Session, side: ComparedSide, range: KeyRange): string {
  const hash = `CAST(CONV(LEFT(${rowHash(side)}, 16), 16, 10) AS UNSIGNED)`;
  return `SELECT COUNT(*) AS n, BIT_XOR(${hash}) AS x FROM ${side.from} WHERE ${rangeCondition(session, side.range, range)}`;
}

const rowHash = ({ values }: ComparedSide): string => `MD5(CONCAT_WS(',', ${values.join(', ')}))`;

/** Row by row, where the sums of a range differ. */
export async function differencesIn(
  { source, read }: Sessions,
  table: ComparedTable,
  range: KeyRange,
): Promise<Difference[]> {
  const [there, here] = await Promise.all([hashes(source, table.source, range), hashes(read, table.read, range)]);
  const found: Difference[] = [];
  const changed: (readonly KeyValue[])[] = [];
  for (const [text, { key, hash }] of there) {
    const ours = here.get(text);
    if (!ours) found.push({ kind: 'missing', key, columns: [] });
    else if (ours.hash !== hash) changed.push(key);
  }
  for (const [text, { key }] of here) if (!there.has(text)) found.push({ kind: 'extra', key, columns: [] });
  for (let from = 0; from < changed.length; from += keysAtOnce)
    found.push(...(await columnsOf({ source, read }, table, changed.slice(from, from + keysAtOnce))));
  return found;
}

const keysAtOnce = 200;

interface Hashed {
  readonly key: readonly KeyValue[];
  readonly hash: string;
}

type Hashes = ReadonlyMap<string, Hashed>;

function hashes(session: Session, side: ComparedSide, range: KeyRange): Promise<Hashes> {
  return hashed(session, side, rowHash(side), rangeCondition(session, side.range, range));
}

async function hashed(session: Session, side: ComparedSide, hash: string, condition: string): Promise<Hashes> {
  const keys = side.key.map((column, index) => `${column} AS k${index}`);
  const sql = `SELECT ${keys.join(', ')}, ${hash} AS h FROM ${side.from} WHERE ${condition}`;
  const rows = await session.rows<Record<string, KeyValue> & { readonly h: string }>(sql);
  return new Map(
    rows.map((row) => {
      const key = side.key.map((_, index) => row[`k${index}`]!);
      return [keyText(key), { key, hash: row.h }];
    }),
  );
}

/** Which columns of these rows differ. */
async function columnsOf(
  { source, read }: Sessions,
  table: ComparedTable,
  keys: readonly (readonly KeyValue[])[],
): Promise<Difference[]> {
  const each = (session: Session, side: ComparedSide) =>
    hashed(
      session,
      side,
      `CONCAT_WS(',', ${side.values.map((value) => `MD5(${value})`)})`,
      keysIn(session, side, keys),
    );
  const [there, here] = await Promise.all([each(source, table.source), each(read, table.read)]);
  return keys.map((key) => {
    const text = keyText(key);
    const [theirs, ours] = [there.get(text)!.hash.split(','), here.get(text)!.hash.split(',')];
    return { kind: 'different', key, columns: table.columns.filter((_, index) => theirs[index] !== ours[index]) };
  });
}

/** A condition that these keys are selected by. */
export function keysIn(session: Session, { key }: ComparedSide, keys: readonly (readonly KeyValue[])[]): string {
  if (key.length === 1) return session.text(`${key[0]} IN (?)`, [keys.map(([value]) => value)]);
  return session.text(`(${key.join(', ')}) IN (?)`, [keys]);
}
