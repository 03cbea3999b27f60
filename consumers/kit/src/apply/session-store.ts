import type { Row, SourceValue } from '../change-event/index.ts';
import type { Column, MirrorTable } from '../projection/declaration.ts';
import type { Session } from '../read-store/session.ts';
import { type StoredCheckpoint, toColumns } from '../read-store/stored-checkpoint.ts';
import { quoted } from '../read-store/tables.ts';
import { BulkLoad } from './bulk-load.ts';
import type { TableEffect } from './coalesce.ts';
import type { LeaseHeld, ReadStore, Where } from './read-store.ts';
import { comparable, literal, refuseLoss, type Statement, statements } from './statements.ts';

/** The read model's own database. */
export class SessionStore implements ReadStore {
  readonly session: Session;
  readonly #bulk: BulkLoad;

  constructor(session: Session, bulk = new BulkLoad()) {
    this.session = session;
    this.#bulk = bulk;
  }

  async begin(): Promise<void> {
    await this.session.run('START TRANSACTION');
  }

  async write(table: MirrorTable, effect: TableEffect): Promise<void> {
    const { truncate, deletes, upserts } = effect;
    refuseLoss(table, upserts);
    await this.#run(statements(table, { truncate, deletes, upserts: [] }));
    const inserts = { truncate: false, deletes: [], upserts };
    await this.#bulk.write(this.session, table, upserts, () => this.#run(statements(table, inserts)));
  }

  async #run(all: Iterable<Statement>): Promise<void> {
    for (const { sql, values } of all) await this.session.run(sql, values);
  }

  find(table: MirrorTable, where: Where, limit: number): Promise<Row[]> {
    const list = table.columns.map(({ name, from }) => `${quoted(name)} AS ${quoted(from)}`).join(', ');
    return this.session.rows(
      `SELECT ${list} FROM ${quoted(table.name)} WHERE ${this.#condition(where)} LIMIT ${limit}`,
    );
  }

  async *scan(table: MirrorTable, atOnce: number): AsyncGenerator<Row[]> {
    const list = table.columns.map(({ name, from }) => `${quoted(name)} AS ${quoted(from)}`);
    // Lists and bits are sorted by number, and would be compared as text.
    const key = table.key.map(({ name, type }) =>
      ['enum', 'set', 'bit'].includes(type.base) ? `${quoted(name)} + 0` : quoted(name),
    );
    const marks = key.map((column, index) => `${column} AS banyan_key_${index}`);
    const order = table.key.map(({ name }) => quoted(name)).join(', ');
    for (let condition = 'TRUE'; ; ) {
      const rows = await this.session.rows<Record<string, SourceValue>>(
        `SELECT ${[...list, ...marks].join(', ')} FROM ${quoted(table.name)} WHERE ${condition} ORDER BY ${order} LIMIT ${atOnce}`,
      );
      const last = rows.at(-1);
      if (last)
        condition = this.#beyond(
          key,
          key.map((_, index) => last[`banyan_key_${index}`]!),
        );
      for (const row of rows) for (const index of key.keys()) delete row[`banyan_key_${index}`];
      if (rows.length > 0) yield rows;
      if (rows.length < atOnce) return;
    }
  }

  async set(table: MirrorTable, where: Where, values: readonly SourceValue[]): Promise<void> {
    const sets = where.columns.map(({ name }, index) =>
      this.session.text(`${quoted(name)} = ?`, [literal(values[index]!)]),
    );
    await this.session.run(`UPDATE ${quoted(table.name)} SET ${sets.join(', ')} WHERE ${this.#condition(where)}`);
  }

  async moveCheckpoint(lease: LeaseHeld, checkpoint: StoredCheckpoint, freshAtMs: number | null): Promise<boolean> {
    const columns = toColumns(checkpoint);
    const matched = await this.session.run(
      `UPDATE banyan_checkpoint SET position = ?, filling_position = ?, committed_at_ms = ?, partitions = ?,
       fresh_at_ms = NULLIF(GREATEST(COALESCE(fresh_at_ms, 0), ?), 0) WHERE projection = ? AND epoch = ?`,
      [
        columns.position,
        columns.filling_position,
        columns.committed_at_ms,
        columns.partitions,
        freshAtMs ?? 0,
        lease.projection,
        lease.epoch,
      ],
    );
    return matched === 1;
  }

  async commit(): Promise<void> {
    await this.session.run('COMMIT');
  }

  async rollback(): Promise<void> {
    await this.session.run('ROLLBACK');
  }

  async keepOpen(): Promise<void> {
    await this.session.run('DO 0');
  }

  /** Column by column: MariaDB uses the index for that, as it does not for (a, b) > (x, y). */
  #beyond([column, ...others]: readonly string[], [first, ...rest]: readonly SourceValue[]): string {
    const value = this.session.text('?', [first]);
    if (others.length === 0) return `${column} > ${value}`;
    return `(${column} >= ${value} AND (${column} > ${value} OR (${this.#beyond(others, rest)})))`;
  }

  #condition({ columns, values }: Where): string {
    const names = columns.map(({ name }) => quoted(name)).join(', ');
    return this.session.text(`(${names}) IN (?)`, [values.map((one) => literals(columns, one))]);
  }
}

const literals = (columns: readonly Column[], values: readonly SourceValue[]): SourceValue[] =>
  values.map((value, index) => literal(comparable(value, columns[index]!)));
