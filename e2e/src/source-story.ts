import type { Connection } from 'mysql2/promise';
import { one } from './database.ts';

/** One transaction of the source as its author knows it, whatever the connector makes of it. */
export interface Told {
  readonly what: string;
  readonly gtid: string;
  /** Whether the connector sends an END: not for DDL, grants and XA. */
  readonly ends: boolean;
  /** Changes by captured table; a changed primary key counts as two, a TRUNCATE as one. */
  readonly rows: Readonly<Record<string, number>>;
}

export const capturedTables = ['orders', 'order_lines', 'regions'] as const;

/** Orders that change in all the ways a merge must know, and `regions` that never changes; everything done is told. */
export class SourceStory {
  readonly told: Told[] = [];
  readonly #source: Connection;

  constructor(source: Connection) {
    this.#source = source;
  }

  /** What a snapshot finds. */
  async begin(): Promise<void> {
    await this.#source.query(
      `CREATE TABLE orders (id BIGINT PRIMARY KEY, batch INT NOT NULL, customer VARCHAR(40) NOT NULL);
       CREATE TABLE order_lines (id BIGINT PRIMARY KEY, batch INT NOT NULL, order_id BIGINT NOT NULL, quantity INT NOT NULL);
       CREATE TABLE regions (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL);
       CREATE TABLE uncaptured (id BIGINT PRIMARY KEY);
       INSERT INTO orders VALUES (1, 0, 'Ada'), (2, 0, 'Grace'), (3, 0, 'Edsger');
       INSERT INTO order_lines VALUES (1, 0, 1, 5), (2, 0, 1, 7);
       INSERT INTO regions VALUES (1, 'north'), (2, 'east'), (3, 'south'), (4, 'west');`,
    );
  }

  /** Small transactions, with DDL, a grant and XA among them. `user` is a name for an account of the source server. */
  async small(user: string): Promise<void> {
    const account = `'${user}'@'localhost'`;
    const unended = { ends: false };
    await this.#tell('an order with two lines', { orders: 1, order_lines: 2 }, [
      "INSERT INTO orders VALUES (10, 0, 'Barbara')",
      'INSERT INTO order_lines VALUES (10, 0, 10, 1), (11, 0, 10, 2)',
    ]);
    await this.#tell('changes back and forth between the tables', { orders: 2, order_lines: 3 }, [
      'UPDATE order_lines SET quantity = 8 WHERE id = 2',
      "UPDATE orders SET customer = 'Ada L.' WHERE id = 1",
      'DELETE FROM order_lines WHERE id = 1',
      "INSERT INTO orders VALUES (11, 0, 'Donald')",
      'INSERT INTO order_lines VALUES (12, 0, 11, 3)',
    ]);
    await this.#tell(
      'ALTER of a captured table',
      {},
      ['ALTER TABLE orders ADD COLUMN remark VARCHAR(20) NULL'],
      unended,
    );
    await this.#tell('a row with the new column', { orders: 1 }, ["INSERT INTO orders VALUES (12, 0, 'Tony', 'new')"]);
    await this.#tell('CREATE USER', {}, [`CREATE USER ${account}`], unended);
    await this.#tell('GRANT', {}, [`GRANT SELECT ON *.* TO ${account}`], unended);
    await this.#tell('an uncaptured table', {}, ['INSERT INTO uncaptured VALUES (1)']);
    const xa = (name: string, id: number) =>
      `XA START '${name}'; INSERT INTO uncaptured VALUES (${id}); XA END '${name}'; XA PREPARE '${name}'`;
    await this.#tell('XA PREPARE', {}, [xa('kept', 2)], unended);
    await this.#tell('XA COMMIT', {}, ["XA COMMIT 'kept'"], unended);
    await this.#tell('XA PREPARE of what is rolled back', {}, [xa('dropped', 3)], unended);
    await this.#tell('XA ROLLBACK', {}, ["XA ROLLBACK 'dropped'"], unended);
    await this.#tell('TRUNCATE of a captured table', { order_lines: 1 }, ['TRUNCATE TABLE order_lines'], unended);
    await this.#tell('a changed primary key', { orders: 2 }, ['UPDATE orders SET id = 99 WHERE id = 3']);
    await this.#tell('lines again', { orders: 1, order_lines: 2 }, [
      'DELETE FROM orders WHERE id = 2',
      'INSERT INTO order_lines VALUES (20, 0, 10, 1), (21, 0, 11, 1)',
    ]);
    await this.#tell('DROP USER', {}, [`DROP USER ${account}`], unended);
    // Nothing closes a transaction without an END but the next one.
    await this.#tell('the last one', { order_lines: 1 }, ['DELETE FROM order_lines WHERE id = 21']);
  }

  /** One transaction of so many rows, half of them orders, in ten pieces of each table. */
  async large(batch: number, rows: number): Promise<Told> {
    const piece = rows / 20;
    const statements = Array.from({ length: 10 }, (_, index) => {
      const from = `seq_${batch * 1_000_000 + index * piece + 1}_to_${batch * 1_000_000 + (index + 1) * piece}`;
      return [
        `INSERT INTO orders (id, batch, customer) SELECT seq, ${batch}, CONCAT('customer ', seq) FROM ${from}`,
        `INSERT INTO order_lines SELECT seq, ${batch}, seq, 1 FROM ${from}`,
      ];
    });
    return this.#tell(`large transaction ${batch}`, { orders: rows / 2, order_lines: rows / 2 }, statements.flat());
  }

  /** One more region. */
  async region(): Promise<Told> {
    return this.#tell('a region', { regions: 1 }, ["INSERT INTO regions SELECT MAX(id) + 1, 'new' FROM regions"]);
  }

  async #tell(what: string, rows: Told['rows'], statements: readonly string[], { ends = true } = {}): Promise<Told> {
    const sql = statements.join(';\n');
    await this.#source.query(statements.length > 1 ? `START TRANSACTION; ${sql}; COMMIT` : sql);
    const { gtid } = await one<{ gtid: string }>(this.#source, 'SELECT @@last_gtid AS gtid');
    const told = { what, gtid, ends, rows };
    this.told.push(told);
    return told;
  }
}
