import { KitError } from '../errors.ts';
import type { Column, MirrorTable, Projection, ReadTable } from '../projection/index.ts';
import { quoted, type Session } from '../read-store/index.ts';
import { type ColumnFacts, canonical, digitsOf } from './canonical.ts';

/** One side of a comparison: SQL that reads the table there. */
export interface ComparedSide {
  /** What stands behind FROM. */
  readonly from: string;
  /** The key's columns. */
  readonly key: readonly string[];
  /** The columns by which it is read in ranges. */
  readonly range: readonly string[];
  /** Each column's value in its canonical form, in the order of `columns`. */
  readonly values: readonly string[];
}

/** A table of the read model beside what it must be equal to. */
export interface ComparedTable {
  readonly name: string;
  readonly kind: 'mirror' | 'query' | 'fold';
  /** The database on the source that it is read in. */
  readonly database: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly source: ComparedSide;
  readonly read: ComparedSide;
}

/** Throws KitError `declaration` when the two cannot be compared in one order. */
export async function comparedTables(
  { name, tables, queries }: Projection,
  source: Session,
  read: Session,
  database: string,
): Promise<ComparedTable[]> {
  const compared: ComparedTable[] = [];
  for (const table of tables) {
    const [there, here] = [await factsOf(source, table.source), await factsOf(read, `${database}.${table.name}`)];
    checkOrder(name, table, there, here);
    compared.push(mirrorCompared(table, there, here));
  }
  const [schema = ''] = tables[0]!.source.split('.');
  for (const table of queries) {
    const here = await factsOf(read, `${database}.${table.name}`);
    const from = `(\n${table.select}\n) t`;
    const side = (facts: ReadonlyMap<string, ColumnFacts> | null, from: string): ComparedSide =>
      sideOf(table, from, ({ name }) => name, facts, here, table.group.slice(0, 1));
    compared.push({
      ...named(table, 'query', schema),
      source: side(null, from),
      read: side(here, `${quoted(table.name)} t`),
    });
  }
  return compared;
}

/** Folds beside the same tables in a database where they were folded again. */
export async function comparedFolds(
  { folds }: Projection,
  scratch: Session,
  read: Session,
  databases: { readonly scratch: string; readonly read: string },
): Promise<ComparedTable[]> {
  const compared: ComparedTable[] = [];
  for (const table of folds) {
    const there = await factsOf(scratch, `${databases.scratch}.${table.name}`);
    const here = await factsOf(read, `${databases.read}.${table.name}`);
    const side = (facts: Facts, other: Facts) =>
      sideOf(table, `${quoted(table.name)} t`, ({ name }) => name, facts, other, rangeOf(table.key));
    compared.push({ ...named(table, 'fold', ''), source: side(there, here), read: side(here, there) });
  }
  return compared;
}

function mirrorCompared(table: MirrorTable, there: Facts, here: Facts): ComparedTable {
  const [schema, source] = table.source.split('.') as [string, string];
  return {
    ...named(table, 'mirror', schema),
    source: sideOf(table, `${quoted(schema)}.${quoted(source)} t`, ({ from }) => from, there, here, rangeOf(table.key)),
    read: sideOf(table, `${quoted(table.name)} t`, ({ name }) => name, here, there, rangeOf(table.key)),
  };
}

const named = (table: ReadTable, kind: ComparedTable['kind'], database: string) => ({
  name: table.name,
  kind,
  database,
  columns: table.columns.map(({ name }) => name),
  key: table.key.map(({ name }) => name),
});

type Facts = ReadonlyMap<string, ColumnFacts>;

function sideOf(
  table: ReadTable,
  from: string,
  nameOf: (column: Column) => string,
  facts: Facts | null,
  other: Facts,
  range: readonly Column[],
): ComparedSide {
  const ref = (column: Column) => `t.${quoted(nameOf(column))}`;
  // BIT would come, and be compared, as bytes; ENUM and SET sort by number and compare as text.
  const keyRef = (column: Column) => (column.type.base === 'bit' ? `(${ref(column)} + 0)` : ref(column));
  const rangeRef = (column: Column) =>
    isListed(column) ? `CONVERT(${ref(column)} USING utf8mb4) COLLATE utf8mb4_bin` : keyRef(column);
  const values = table.columns.map((column) => {
    const [own, others] = [facts?.get(nameOf(column)) ?? null, digitsIn(other, column)];
    return canonical(ref(column), column.type, own, Math.max(own?.digits ?? 0, others, digitsOf(column.type)));
  });
  return { from, key: table.key.map(keyRef), range: range.map(rangeRef), values };
}

/** As much of the key as has one order, on both servers and by an index; a member of a list has another place on each. */
function rangeOf(key: readonly Column[]): readonly Column[] {
  const listed = key.findIndex(isListed);
  return listed === -1 ? key : key.slice(0, Math.max(1, listed));
}

const isListed = ({ type }: Column): boolean => type.base === 'enum' || type.base === 'set';

const digitsIn = (facts: Facts, { name, from }: Column): number =>
  Math.max(facts.get(name)?.digits ?? 0, facts.get(from)?.digits ?? 0);

interface FactsRow {
  readonly name: string;
  readonly data_type: string;
  readonly column_type: string;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly scale: string | number | null;
  readonly fraction: string | number | null;
}

async function factsOf(session: Session, table: string): Promise<Facts> {
  const rows = await session.rows<FactsRow>(
    `SELECT column_name AS name, data_type AS data_type, column_type AS column_type, character_set_name AS charset,
       collation_name AS collation, numeric_scale AS scale, datetime_precision AS fraction
     FROM information_schema.columns WHERE table_schema = ? AND table_name = ?`,
    [table.slice(0, table.indexOf('.')), table.slice(table.indexOf('.') + 1)],
  );
  return new Map(
    rows.map(({ name, data_type, column_type, charset, collation, scale, fraction }) => [
      name,
      {
        type: data_type,
        isZerofill: column_type.includes('zerofill'),
        charset,
        collation,
        digits: scale === null && fraction === null ? null : Number(scale ?? fraction),
      },
    ]),
  );
}

/** Ranges of keys are the same rows on both sides only when both sort the keys alike. */
function checkOrder(projection: string, { name, source, key }: MirrorTable, there: Facts, here: Facts): void {
  for (const column of key) {
    const [ours, theirs] = [here.get(column.name)?.collation ?? null, there.get(column.from)?.collation ?? null];
    if (ours === theirs) continue;
    const text = `${projection}.${name}.${column.name}: its collation is ${ours ?? 'none'}, that of ${source}.${column.from} ${theirs ?? 'none'}`;
    throw new KitError('declaration', text, { remedy: `declare it with collate ${theirs ?? 'as the source has it'}` });
  }
}
