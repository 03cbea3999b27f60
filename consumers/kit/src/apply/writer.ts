import type { ChangeEvent, Correction } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { CameBack } from '../ownership/came-back.ts';
import type { Projection } from '../projection/declaration.ts';
import { ChangeLog } from '../read-store/change-log.ts';
import type { ForeignKey } from '../read-store/foreign-keys.ts';
import type { ParkedKey } from '../read-store/parked.ts';
import { type StoredCheckpoint, toColumns } from '../read-store/stored-checkpoint.ts';
import { Cascades, type Loss } from './cascades.ts';
import { coalesce } from './coalesce.ts';
import { changesOf } from './corrected-rows.ts';
import { Folds } from './folds.ts';
import { ParkedRows } from './parked-rows.ts';
import { QueryRefresh } from './query-refresh.ts';
import type { LeaseHeld, ReadStore } from './read-store.ts';

/** The steps of one commit, for whoever traces them or, in tests, kills the process there. */
export type ApplyStep = 'batch-taken' | 'rows-written' | 'checkpoint-written' | 'committed';

export interface WriterOptions {
  readonly store: ReadStore;
  readonly projection: Projection;
  readonly lease: LeaseHeld;
  /** Of the source: what happens to children without a word in the binlog. */
  readonly foreignKeys: readonly ForeignKey[];
  /** Its queries have been computed once; they are kept true from here on. */
  readonly filled: boolean;
  /** A transaction of the source is in: the folds have begun. Default: `filled`. */
  readonly begun?: boolean;
  readonly parked?: readonly ParkedKey[];
  readonly onStep?: (step: ApplyStep) => void;
}

/**
 * Writes changes and their checkpoint in ONE database transaction. What was written without a commit is gone with the
 * connection; a commit under an epoch that is over is refused (KitError `lease-lost`) and changes nothing.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #tables: ReadonlyMap<string, Projection['tables'][number]>;
  readonly #queries: QueryRefresh | null;
  readonly #folds: Folds;
  readonly #cascades: Cascades;
  readonly #log: ChangeLog | null;
  readonly #parked: ParkedRows;
  readonly #cameBack: CameBack | null;
  #open = false;

  constructor(options: WriterOptions) {
    const { projection, store } = options;
    const { session } = store;
    this.#options = options;
    this.#log = session && new ChangeLog(session, projection, options.filled);
    this.#tables = new Map(projection.tables.map((table) => [table.source, table]));
    this.#cameBack = session && new CameBack(session, projection);
    this.#parked = new ParkedRows(projection.name, options.parked ?? []);
    this.#cascades = new Cascades(store, projection, options.foreignKeys);
    this.#folds = new Folds({ ...options, begun: options.begun ?? options.filled, log: this.#log });
    this.#queries = session && new QueryRefresh({ ...options, session, log: this.#log! });
  }

  /** Writes rows into the open transaction, beginning one if there is none. */
  async write(changes: readonly ChangeEvent[]): Promise<void> {
    if (changes.length === 0) return;
    this.#options.onStep?.('batch-taken');
    await this.#begin();
    for (const part of this.#folds.cut(changes)) {
      await this.#folds.before(part);
      for (const { changes: some, losses } of this.#cascades.cut(part.changes)) {
        await this.#rows(some);
        await this.#expand(losses);
      }
    }
    await this.#folds.run();
    this.#options.onStep?.('rows-written');
  }

  async #rows(changes: readonly ChangeEvent[]): Promise<void> {
    const applied = this.#parked.isNone
      ? changes
      : changes.flatMap((one) => this.#parked.without(this.#of(one), [one]));
    for (const [source, all] of Map.groupBy(applied, (change) => change.table)) {
      const table = this.#of(all[0]!);
      await this.#queries?.foresee(all);
      await this.#options.store.write(table, coalesce(table, all));
      this.#log?.take(source, all);
      this.#cameBack?.take(source, all);
      // Table by table: a rule finds the other tables as they were beside the row as it was, or as they are beside it as it is.
      await this.#queries?.note(all);
    }
    this.#folds.note(applied);
  }

  async #expand(losses: readonly Loss[]): Promise<void> {
    for await (const made of this.#cascades.expand(losses)) {
      this.#log?.take(made[0]!.table, made);
      this.#folds.note(made);
      await this.#queries?.note(made);
    }
  }

  /** Makes rows what the corrections say, whatever is there, and computes groups anew. */
  async correct(corrections: readonly Correction[]): Promise<void> {
    await this.#begin();
    for (const correction of corrections) {
      if (correction.kind === 'groups') {
        if (correction.projection === this.#options.projection.name)
          await this.#queries?.recompute(correction.query, correction.groups);
        continue;
      }
      const table = this.#tables.get(correction.table);
      if (!table) continue;
      this.#parked.corrected(table, correction.rows);
      await this.#rows(await changesOf(this.#options.store, table, correction));
    }
  }

  /** Compares the epoch, moves the checkpoint and commits, all or nothing. The folds begin with the first position, the queries with the first one that is `filled`. */
  async commit(checkpoint: StoredCheckpoint, freshAtMs: number | null): Promise<void> {
    const { store, lease } = this.#options;
    await this.#begin();
    await this.#expand([...this.#cascades.rest()]);
    if (checkpoint.position !== null) await this.#folds.begin();
    await this.#folds.run();
    await this.#queries?.finish(checkpoint.filled);
    if (store.session) await this.#parked.write(store.session);
    await this.#cameBack?.write();
    // Before the checkpoint: its row is locked from there on, and the lease is prolonged in it.
    await this.#log?.write(toColumns(checkpoint).position);
    const isOurs = await store.moveCheckpoint(lease, checkpoint, freshAtMs);
    if (!isOurs) {
      await store.rollback();
      throw lease.lost();
    }
    this.#options.onStep?.('checkpoint-written');
    await store.commit();
    this.#open = false;
    this.#options.onStep?.('committed');
  }

  /** Tells the server that an open transaction waits for its next rows: only a client that is frozen loses it. */
  async keepOpen(): Promise<void> {
    if (this.#open) await this.#options.store.keepOpen();
  }

  #of({ table }: ChangeEvent): Projection['tables'][number] {
    return this.#tables.get(table) ?? unknown(table, this.#tables.keys());
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    await this.#options.store.begin();
    this.#open = true;
  }
}

function unknown(source: string, declared: Iterable<string>): never {
  const text = `a row of ${source} came in a topic of another table; the declaration names ${[...declared].join(', ')}`;
  throw new KitError('row-refused', text, {
    remedy: 'give each table a topic of its own; do not route tables together',
  });
}
