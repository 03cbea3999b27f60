import { type Correction, fieldOf, type Row, type SourceValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type MergeRecord, partitionName } from '../merge/index.ts';
import { type ColumnShape, type KnownSchemas, type RowSchema, schemaIdIn } from '../serde/index.ts';
import type { Chunk } from '../transport/index.ts';
import type { Column, MirrorTable, Projection } from './declaration.ts';
import { fits, isSame, takesSome } from './fits.ts';

/** What a row of an older shape lacks: a value, or the field that the value is in. */
type Fill = { readonly to: string } & ({ readonly from: string } | { readonly value: SourceValue });

/** What is known of one partition. */
interface Seen {
  readonly topic: string;
  readonly table: MirrorTable;
  /** The schema of the record before; 0 at first. */
  latest: number;
  /** Each declared column as it last came and was taken. */
  readonly taken: Map<Column, ColumnShape>;
  /** By schema, for those that want any. */
  readonly fills: Map<number, readonly Fill[]>;
}

/**
 * Compares the columns that a declaration names with those that records have, once for each schema in a row. A column that came
 * and comes no more, or comes as a type that its own does not hold, is KitError `schema-changed`. One that has not come yet is from
 * before it was added, renamed or retyped, when a later schema has it: it gets what the source gave it then.
 */
export class TableShapes {
  readonly #projection: Projection;
  readonly #schemas: KnownSchemas;
  readonly #seen = new Map<string, Seen>();

  constructor(projection: Projection, schemas: KnownSchemas) {
    this.#projection = projection;
    this.#schemas = schemas;
  }

  /** Learns from records of that table which were applied before. */
  async recall(source: string, chunk: Chunk): Promise<void> {
    const seen = this.#partition(source, chunk);
    for (const { value } of chunk.messages) {
      const id = value && schemaIdIn(value);
      const row = id === null ? null : await this.#schemas.rowSchema(id).catch(unlessAway);
      // What stopped it then stops it again at the next record.
      if (row)
        for (const column of seen.table.columns)
          if (!takes(seen, column, row)) await this.#older(seen, column, row, id!);
    }
  }

  /** Looks at records of that table before they are applied. Throws KitError `schema-changed`. */
  async admit(source: string, chunk: Chunk): Promise<void> {
    const seen = this.#partition(source, chunk);
    for (const { value, offset } of chunk.messages) {
      const id = value && schemaIdIn(value);
      if (id === null || id === seen.latest) continue;
      const row = await this.#schemas.rowSchema(id);
      if (row === null) continue;
      const where = `topic ${chunk.topic}, partition ${chunk.partition}, offset ${offset}`;
      const fills = await this.#fills(seen, row, id, where);
      if (fills.length > 0) seen.fills.set(id, fills);
      seen.latest = id;
    }
  }

  /** Records of older shapes with what they lack; all others as they are. */
  adapted(chunk: Chunk, records: readonly MergeRecord[]): readonly MergeRecord[] {
    const fills = this.#seen.get(partitionName(chunk))?.fills;
    if (!fills || fills.size === 0) return records;
    return records.map((record, index) => {
      const { value } = chunk.messages[index]!;
      const lacking = value && fills.get(schemaIdIn(value) ?? 0);
      if (!lacking || record.kind !== 'change') return record;
      const { before, after } = record.change;
      return {
        ...record,
        change: { ...record.change, before: filled(before, lacking), after: filled(after, lacking) },
      };
    });
  }

  /** A correction has the columns of when it was made; for a read model that is filled, that is now. */
  async corrected(correction: Correction, isFilled: boolean): Promise<Correction> {
    if (correction.kind !== 'rows') return correction;
    const seen = [...this.#seen.values()].find(({ table }) => table.source === correction.table);
    const row = correction.rows.find((one) => one.row !== null)?.row;
    if (!seen || !row) return correction;
    const fills: Fill[] = [];
    for (const column of seen.table.columns.filter(({ from }) => fieldOf(row, from) === null)) {
      const field = fieldIn(row, column);
      const later = field === null && !isFilled ? await this.#later(seen.topic, column, null) : null;
      if (field === null && later === null)
        throw missing(this.#projection.name, seen, column, Object.keys(row), 'a correction of a repair');
      fills.push(fillOf(column, field, later));
    }
    return { ...correction, rows: correction.rows.map((one) => ({ ...one, row: filled(one.row, fills) })) };
  }

  #partition(source: string, chunk: Chunk): Seen {
    const known = this.#seen.get(partitionName(chunk));
    if (known) return known;
    const table = this.#projection.tables.find((one) => one.source === source)!;
    const seen: Seen = { topic: chunk.topic, table, latest: 0, taken: new Map(), fills: new Map() };
    this.#seen.set(partitionName(chunk), seen);
    return seen;
  }

  async #fills(seen: Seen, row: RowSchema, id: number, where: string): Promise<Fill[]> {
    const fills: Fill[] = [];
    for (const column of seen.table.columns) {
      const field = fieldIn(row, column);
      const taken = takes(seen, column, row) || (await this.#older(seen, column, row, id));
      if (!taken) throw changed(this.#projection.name, seen, column, row, where);
      const later = taken === true ? null : taken;
      if (field === null || field !== fieldOf(row, column.from)) fills.push(fillOf(column, field, later));
    }
    return fills;
  }

  /** Of a schema in which the column is missing or does not fit: what it became later; true when it was never otherwise. */
  async #older(seen: Seen, column: Column, row: RowSchema, id: number): Promise<ColumnShape | boolean> {
    if (seen.taken.has(column)) return false;
    const later = await this.#later(seen.topic, column, id);
    if (later) return later;
    const shape = shapeIn(row, column);
    if (shape === null || !takesSome(column.type, shape)) return false;
    seen.taken.set(column, shape);
    return true;
  }

  /** The column in the first schema after that one in which it is what is declared. */
  async #later(topic: string, column: Column, id: number | null): Promise<ColumnShape | null> {
    const versions = await this.#schemas.versionsOf(topic);
    for (const one of versions.slice(id === null ? 0 : versions.indexOf(id) + 1)) {
      const shape = shapeIn(await this.#schemas.rowSchema(one), column);
      if (shape && fits(column.type, shape)) return shape;
    }
    return null;
  }
}

/** A record that was left out may have any bytes. */
function unlessAway(error: unknown): null {
  if (error instanceof KitError && (error.code === 'schema-unknown' || error.code === 'undecodable')) return null;
  throw error;
}

/** Whether the column is there, and as its type holds it or as it has come until now. */
function takes({ taken }: Seen, column: Column, row: RowSchema): boolean {
  const [shape, before] = [shapeIn(row, column), taken.get(column)];
  if (shape === null || !(fits(column.type, shape) || (before && isSame(before, shape)))) return false;
  taken.set(column, shape);
  return true;
}

function shapeIn(row: RowSchema | null, column: Column): ColumnShape | null {
  const field = row && fieldIn(row, column);
  return row && field !== null ? row[field]! : null;
}

/** By the newest of its names that is there. */
function fieldIn(row: Readonly<Record<string, unknown>>, { from, formerly = [] }: Column): string | null {
  for (const name of [from, ...formerly]) {
    const field = fieldOf(row, name);
    if (field !== null) return field;
  }
  return null;
}

function filled(row: Row | null, fills: readonly Fill[]): Row | null {
  if (row === null) return null;
  const values = fills.map((fill) => [fill.to, 'from' in fill ? row[fill.from]! : fill.value]);
  return { ...row, ...Object.fromEntries(values) };
}

const fillOf = ({ from }: Column, field: string | null, later: ColumnShape | null): Fill =>
  field === null ? { to: from, value: later?.added ?? null } : { to: from, from: field };

const nothing = 'nothing of it was applied';
const rebuild = (projection: string) => `then fill the read model anew: banyan rebuild ${projection}`;

function changed(projection: string, seen: Seen, column: Column, row: RowSchema, where: string): KitError {
  const shape = shapeIn(row, column);
  return shape === null
    ? missing(projection, seen, column, Object.keys(row), where)
    : retyped(projection, seen, column, shape, where);
}

function retyped(
  projection: string,
  { table, taken }: Seen,
  column: Column,
  { text: is }: ColumnShape,
  where: string,
): KitError {
  const before = taken.get(column);
  const was = before ? `, and was ${before.text}` : '';
  const text = `${where}: column ${table.source}.${column.from} comes as ${is}${was}; ${table.name}.${column.name} is ${column.type.sql}, which does not hold that`;
  const remedy = `${nothing}; declare a type that holds what it is and what it was, ${rebuild(projection)}`;
  return new KitError('schema-changed', text, { remedy });
}

function missing(
  projection: string,
  { table, taken }: Seen,
  column: Column,
  fields: readonly string[],
  where: string,
): KitError {
  const before = taken.get(column);
  const was = before ? ` any more (it was ${before.text})` : '';
  const declared = table.columns.map(({ from }) => from);
  const others = fields.filter((field) => !declared.includes(field));
  const left = others.length > 0 ? `; not declared are ${others.join(', ')}` : '';
  const text = `${where}: column ${table.source}.${column.from}, which ${table.name}.${column.name} is taken from, is not there${was}${left}`;
  const remedy = `${nothing}; if it was renamed, declare from: ['<its new name>', '${column.from}'], else leave it out, ${rebuild(projection)}`;
  return new KitError('schema-changed', text, { remedy });
}
