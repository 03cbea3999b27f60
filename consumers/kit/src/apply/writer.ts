import type { ChangeEvent } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { Projection } from '../projection/declaration.ts';
import type { Lease } from '../read-store/lease.ts';
import type { Session } from '../read-store/session.ts';
import { type StoredCheckpoint, toColumns } from '../read-store/stored-checkpoint.ts';
import { coalesce } from './coalesce.ts';
import { statements } from './statements.ts';

/** The steps of one commit, for whoever traces them or, in tests, kills the process there. */
export type ApplyStep = 'batch-taken' | 'rows-written' | 'checkpoint-written' | 'committed';

export interface WriterOptions {
  readonly session: Session;
  readonly projection: Projection;
  readonly lease: Lease;
  readonly onStep?: (step: ApplyStep) => void;
}

/**
 * Writes changes and their checkpoint in ONE database transaction. What was written without a commit is gone with the
 * connection; a commit under an epoch that is over is refused (KitError `lease-lost`) and changes nothing.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #tables: ReadonlyMap<string, Projection['tables'][number]>;
  #open = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#tables = new Map(options.projection.tables.map((table) => [table.source, table]));
  }

  /** Writes rows into the open transaction, beginning one if there is none. */
  async write(changes: readonly ChangeEvent[]): Promise<void> {
    if (changes.length === 0) return;
    this.#options.onStep?.('batch-taken');
    await this.#begin();
    for (const [source, ofTable] of Map.groupBy(changes, (change) => change.table)) {
      const table = this.#tables.get(source) ?? unknown(source, this.#tables.keys());
      for (const { sql, values } of statements(table, coalesce(table, ofTable)))
        await this.#options.session.run(sql, values);
    }
    this.#options.onStep?.('rows-written');
  }

  /** Compares the epoch, moves the checkpoint and commits, all or nothing. */
  async commit(checkpoint: StoredCheckpoint, freshAtMs: number | null): Promise<void> {
    const { session, lease } = this.#options;
    await this.#begin();
    const columns = toColumns(checkpoint);
    const matched = await session.run(
      `UPDATE banyan_checkpoint SET position = ?, committed_at_ms = ?, partitions = ?,
       fresh_at_ms = NULLIF(GREATEST(COALESCE(fresh_at_ms, 0), ?), 0) WHERE projection = ? AND epoch = ?`,
      [columns.position, columns.committed_at_ms, columns.partitions, freshAtMs ?? 0, lease.projection, lease.epoch],
    );
    if (matched !== 1) {
      await session.run('ROLLBACK');
      throw lease.lost();
    }
    this.#options.onStep?.('checkpoint-written');
    await session.run('COMMIT');
    this.#open = false;
    this.#options.onStep?.('committed');
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    await this.#options.session.run('START TRANSACTION');
    this.#open = true;
  }
}

function unknown(source: string, declared: Iterable<string>): never {
  const text = `a row of ${source} came in a topic of another table; the declaration names ${[...declared].join(', ')}`;
  throw new KitError('row-refused', text, {
    remedy: 'give each table a topic of its own; do not route tables together',
  });
}
