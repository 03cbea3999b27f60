import { setTimeout as delay } from 'node:timers/promises';
import { type Correction, encodeCorrection, formatPosition, type Position } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type MirrorTable, type Projection, type QueryTable, topicsOf } from '../projection/index.ts';
import {
  type CheckpointColumns,
  type DatabaseAccess,
  differencesOf,
  fromColumns,
  noteRepaired,
  type SeenDifference,
  type Session,
} from '../read-store/index.ts';
import type { Schemas } from '../serde/index.ts';
import type { Transport } from '../transport/index.ts';
import { Barrier } from './barrier.ts';
import { keyOf } from './key-range.ts';
import { parkedKeys } from './parked-keys.ts';
import { schemaOf } from './prove.ts';
import { endSnapshot, openReadModel, openSource, openSourceSnapshot } from './snapshots.ts';
import { type CapturedColumns, capturedColumns, sourceRows } from './source-rows.ts';

export interface RepairOptions {
  readonly projection: Projection;
  readonly source: Omit<DatabaseAccess, 'database'>;
  readonly database: DatabaseAccess;
  readonly transport: Transport;
  readonly schemas: Schemas;
  /** Debezium's `topic.prefix`. */
  readonly topicPrefix: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly repaired: number;
    readonly of: number;
    readonly position: string;
  }) => void;
}

export interface Repair {
  readonly repaired: number;
  /** Rows that differ and stay so: their keys are parked. */
  readonly parked: number;
  /** Rows of folds that differ and stay so: what a history comes to is folded anew, by a rebuild. */
  readonly folded: number;
  readonly longestHoldMs: number;
}

/** Keys at one barrier: the projection is held for as long as they are read. */
const keysAtOnce = 200;
/** A message of the corrections topic stays far below what a broker takes, unless one row alone is larger. */
const bytesPerMessage = 200_000;

/**
 * Puts right what proof has found: holds the projection at a position of the source, reads just those keys in a snapshot at exactly
 * that, and publishes them as corrections, which the projector applies there, in a commit of its own, before it goes on. A newer
 * change is never undone, and a read model that is made anew from the stream finds the correction at its place.
 *
 * Throws as `prove` does, and KitError `kafka-unreachable`, `registry-unreachable`; what was repaired until then stays so.
 */
export async function repair(options: RepairOptions): Promise<Repair> {
  const { projection, database, signal, onProgress } = options;
  await using source = await openSource({ ...options.source, database: schemaOf(projection) });
  await using session = await openReadModel(database);
  const differing = await differencesOf(session, projection.name);
  const parked = await heldKeys(session, projection.name);
  const folds = new Set(projection.folds.map(({ name }) => name));
  const inFolds = differing.filter(({ table }) => folds.has(table));
  const others = differing.filter(({ table }) => !folds.has(table));
  const found = others.filter((one) => !parked.has(placeOf(one)));
  const repairer = new Repairer(options, source, session);
  let repaired = 0;
  // Mirrors first: a query is computed from them.
  for (const tables of [projection.tables, projection.queries]) {
    for (const table of tables) {
      const ofTable = found.filter((one) => one.table === table.name);
      for (let from = 0; from < ofTable.length; from += keysAtOnce) {
        signal?.throwIfAborted();
        const some = ofTable.slice(from, from + keysAtOnce);
        const position = await repairer.run(table, some);
        await noteRepaired(session, projection.name, some, position);
        repaired += some.length;
        onProgress?.({ repaired, of: found.length, position });
      }
    }
  }
  return {
    repaired,
    parked: others.length - found.length,
    folded: inFolds.length,
    longestHoldMs: repairer.longestHoldMs,
  };
}

/** Keys whose changes the projector leaves out, corrections too. */
async function heldKeys(session: Session, projection: string): Promise<ReadonlySet<string>> {
  const keys = await parkedKeys(session, projection);
  return new Set(keys.filter(({ isReleased }) => !isReleased).map(placeOf));
}

const placeOf = ({ table, key }: { readonly table: string; readonly key: string }): string => `${table} ${key}`;

class Repairer {
  readonly #options: RepairOptions;
  readonly #source: Session;
  readonly #session: Session;
  readonly #columns = new Map<string, CapturedColumns>();
  longestHoldMs = 0;

  constructor(options: RepairOptions, source: Session, session: Session) {
    this.#options = options;
    this.#source = source;
    this.#session = session;
  }

  /** Resolves to the position that it was repaired at. */
  async run(table: MirrorTable | QueryTable, differences: readonly SeenDifference[]): Promise<string> {
    const { projection, signal } = this.#options;
    const columns = 'source' in table ? await this.#columnsOf(table) : [];
    await using barrier = await Barrier.hold({
      session: this.#session,
      projection: projection.name,
      ...(signal && { signal }),
    });
    const since = Date.now();
    const at = await openSourceSnapshot(this.#source);
    await barrier.advance(at);
    const corrections =
      'source' in table ? await this.#rows(table, columns, differences, at) : [...this.#groups(table, differences, at)];
    await endSnapshot(this.#source);
    await this.#publish(corrections);
    await barrier.release();
    this.longestHoldMs = Math.max(this.longestHoldMs, Date.now() - since);
    return formatPosition(at);
  }

  async #columnsOf({ source }: MirrorTable): Promise<CapturedColumns> {
    const { projection, topicPrefix, schemas } = this.#options;
    const known = this.#columns.get(source);
    if (known) return known;
    const [topic] = [...topicsOf(projection, topicPrefix).tables].find(([, table]) => table === source)!;
    const columns = await capturedColumns(this.#source, source, await schemas.columnsOf(topic));
    this.#columns.set(source, columns);
    return columns;
  }

  async #rows(
    table: MirrorTable,
    columns: CapturedColumns,
    differences: readonly SeenDifference[],
    at: Position,
  ): Promise<Correction[]> {
    const rows = await sourceRows(
      this.#source,
      table,
      columns,
      differences.map(({ key }) => keyOf(key)),
    );
    const corrections: Correction[] = [];
    for (let from = 0; from < rows.length; ) {
      let bytes = 0;
      let to = from;
      while (to < rows.length && (to === from || bytes < bytesPerMessage)) bytes += sizeOf(rows[to++]!.row ?? {});
      corrections.push({ kind: 'rows', at, table: table.source, rows: rows.slice(from, to) });
      from = to;
    }
    return corrections;
  }

  /** Groups, of which the key is a part. */
  *#groups(
    { name: query, key, group }: QueryTable,
    differences: readonly SeenDifference[],
    at: Position,
  ): Generator<Correction> {
    const places = group.map((column) => key.indexOf(column));
    const groups = new Map(
      differences.map((one) => {
        const parts = places.map((place) => keyOf(one.key)[place]!);
        return [JSON.stringify(parts.map(String)), parts];
      }),
    );
    yield { kind: 'groups', at, projection: this.#options.projection.name, query, groups: [...groups.values()] };
  }

  /** Resolves when the projector has committed them. */
  async #publish(corrections: readonly Correction[]): Promise<void> {
    const { projection, topicPrefix, transport } = this.#options;
    const { corrections: topic } = topicsOf(projection, topicPrefix);
    await transport.publish(topic, corrections.map(encodeCorrection));
    const end = (await transport.describe([topic])).get(topic)![0]!.high;
    for (const until = Date.now() + 20_000; ; await delay(5)) {
      if ((await this.#readTo(`${topic}/0`)) >= end) return;
      if (Date.now() > until) throw this.#notTaken(topic);
    }
  }

  async #readTo(partition: string): Promise<bigint> {
    const sql =
      'SELECT position, filling_position, committed_at_ms, partitions FROM banyan_checkpoint WHERE projection = ?';
    const [row] = await this.#session.rows<CheckpointColumns>(sql, [this.#options.projection.name]);
    return row ? (fromColumns(row).offsets.get(partition) ?? 0n) : 0n;
  }

  #notTaken(topic: string): KitError {
    const text = `'${this.#options.projection.name}' has not applied the corrections in ${topic} within 20 s`;
    return new KitError('not-held', text, { remedy: 'see what its projector says: banyan status; then repair again' });
  }
}

const sizeOf = (row: Readonly<Record<string, unknown>>): number =>
  Object.values(row).reduce<number>(
    (sum, value) => sum + (Buffer.isBuffer(value) ? value.length * 1.4 : String(value).length),
    0,
  );
