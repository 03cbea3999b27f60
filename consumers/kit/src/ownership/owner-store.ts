import type { KitError } from '../errors.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import { ownRowsOf } from '../read-store/owned-tables.ts';
import { errnoOf, type Session } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { misfits } from './misfits.ts';
import { ownValues } from './own-rows.ts';
import type { Sessions } from './sessions.ts';
import { type Owner, type OwnershipStanding, standingOf, type Tenure, tenureOf } from './standing.ts';
import { keyCondition, textOf, type Values, valuesIn } from './values.ts';

/** What a client writes: some owned columns of one row. */
export interface Write {
  /** By the columns of the key. */
  readonly key: readonly (string | Buffer)[];
  readonly keyText: string;
  /** By names of owned columns. */
  readonly values: ReadonlyMap<string, string | null>;
  readonly epoch: number;
  readonly requestId: string | null;
}

export type Written =
  | { readonly outcome: 'written'; readonly values: Values; readonly sequence: number | null }
  | { readonly outcome: 'not-the-owner'; readonly tenure: Tenure }
  | { readonly outcome: 'no-row' | 'in-conflict' | 'other-request' }
  | { readonly outcome: 'does-not-fit'; readonly reason: string };

/** Deadlock, lock wait, and the same request at the same moment: nothing was written. */
const passing = new Set([1213, 1205, 1062]);

/**
 * The service's own rows of one table, with the log of what is to be carried to the monolith. A write compares the owner's epoch, changes
 * the row and adds to the log in ONE transaction. Everything rejects with KitError `database-unreachable` when the database is away.
 */
export class OwnerStore {
  readonly #table: MirrorTable;
  readonly #sessions: Sessions;

  constructor(table: MirrorTable, sessions: Sessions) {
    this.#table = table;
    this.#sessions = sessions;
  }

  standing(): Promise<OwnershipStanding> {
    return this.#sessions.run((session) => standingOf(session, this.#table));
  }

  /** Resolves once it is committed, or to why nothing was written. */
  async write(write: Write): Promise<Written> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#sessions.run(async (session) => {
          await session.run('START TRANSACTION');
          const written = await this.#write(session, write);
          await session.run(written.outcome === 'written' ? 'COMMIT' : 'ROLLBACK');
          return written;
        });
      } catch (error) {
        if (tries === 3 || !passing.has(errnoOf(error) ?? 0)) throw error;
      }
    }
  }

  /**
   * Gives the writes of the table to somebody, under an epoch that must be above all before it; the same once more changes nothing. Waits
   * for writes under way. With the monolith its word counts in what was in dispute. What was written under an earlier tenure of the
   * service is forgotten with a new one: the monolith has had the word since. Resolves to null, or to the tenure that is newer than this one.
   */
  settle({ owner, epoch }: Tenure): Promise<Tenure | null> {
    const { name } = this.#table;
    return this.#sessions.run(async (session) => {
      await session.run('START TRANSACTION');
      const standing = await tenureOf(session, this.#table, 'FOR UPDATE');
      const isSame = standing.epoch === epoch && standing.owner === owner;
      const isNewer = epoch > standing.epoch || (epoch === standing.epoch && follows(standing.owner, owner));
      if (isNewer) {
        if (standing.owner === 'monolith' && owner !== 'monolith')
          await session.run(`DELETE FROM ${ownRowsOf(this.#table)}`);
        const given = await session.run(
          'UPDATE banyan_owner SET owner = ?, epoch = ?, changed_at = NOW(6) WHERE table_name = ?',
          [owner, epoch, name],
        );
        if (given === 0) throw new Error(`nobody has ever owned the columns of ${name}: its projector has not run`);
        if (owner === 'monolith')
          await session.run(
            `UPDATE banyan_rogue_writes SET decision = 'theirs', decided_by = 'owner', reason = 'the monolith owns the columns again', decided_at = NOW(6)
             WHERE table_name = ? AND decision IS NULL`,
            [name],
          );
      }
      await session.run('COMMIT');
      return isSame || isNewer ? null : standing;
    });
  }

  /** The GTIDs of the monolith that cover changes, by sequence; those that are not carried are left out. */
  carried(sequences: readonly number[]): Promise<ReadonlyMap<number, string>> {
    return this.#sessions.run(async (session) => {
      const rows = await session.rows<{ sequence: string; position: string }>(
        "SELECT sequence, position FROM banyan_writes WHERE sequence IN (?) AND state = 'carried'",
        [sequences],
      );
      return new Map(rows.map(({ sequence, position }) => [Number(sequence), position]));
    });
  }

  async #write(session: Session, { key, keyText, values, epoch, requestId }: Write): Promise<Written> {
    const { name, owned } = this.#table;
    const tenure = await tenureOf(session, this.#table, 'LOCK IN SHARE MODE');
    if (tenure.owner !== 'service' || tenure.epoch !== epoch) return { outcome: 'not-the-owner', tenure };
    const was = await this.#own(session, key, keyText);
    if (!was) return { outcome: 'no-row' };
    if (requestId !== null) {
      const before = await this.#before(session, keyText, requestId);
      if (before) return before;
    }
    const [conflict] = await session.rows(
      "SELECT 1 FROM banyan_writes WHERE table_name = ? AND row_key = ? AND state = 'conflict' LIMIT 1",
      [name, keyText],
    );
    if (conflict) return { outcome: 'in-conflict' };
    const set = owned.filter((column) => values.has(column.name));
    try {
      await session.run(
        `UPDATE ${ownRowsOf(this.#table)} SET ${set.map((column) => `${quoted(column.name)} = ?`).join(', ')} WHERE ${this.#where()}`,
        [...set.map((column) => values.get(column.name)), ...key],
      );
    } catch (error) {
      if (!misfits.has(errnoOf(error) ?? 0)) throw error;
      return { outcome: 'does-not-fit', reason: sayOf(error) };
    }
    const becomes = (await ownValues(session, this.#table, key))!;
    if (textOf(was) === textOf(becomes))
      return { outcome: 'written', values: becomes, sequence: await this.#last(session, keyText) };
    await session.run(
      'INSERT INTO banyan_writes (table_name, row_key, was, becomes, epoch, request_id, at) VALUES (?, ?, ?, ?, ?, ?, NOW(6))',
      [name, keyText, textOf(was), textOf(becomes), epoch, requestId],
    );
    const [made] = await session.rows<{ sequence: string }>('SELECT LAST_INSERT_ID() AS sequence');
    return { outcome: 'written', values: becomes, sequence: Number(made!.sequence) };
  }

  /** The row as it stands here, locked; it begins as the mirror has it. */
  async #own(session: Session, key: Write['key'], keyText: string): Promise<Values | null> {
    const columns = [...this.#table.key, ...this.#table.owned].map(({ name }) => quoted(name)).join(', ');
    const first = quoted(this.#table.key[0]!.name);
    await session.run(
      `INSERT INTO ${ownRowsOf(this.#table)} (${columns}, banyan_key) SELECT ${columns}, ? FROM ${quoted(this.#table.name)}
       WHERE ${this.#where()} ON DUPLICATE KEY UPDATE ${first} = VALUES(${first})`,
      [keyText, ...key],
    );
    return await ownValues(session, this.#table, key);
  }

  /** A client that has had no answer asks again. */
  async #before(session: Session, keyText: string, requestId: string): Promise<Written | null> {
    const [before] = await session.rows<{ sequence: string; row_key: string; becomes: string }>(
      'SELECT sequence, row_key, becomes FROM banyan_writes WHERE table_name = ? AND request_id = ?',
      [this.#table.name, requestId],
    );
    if (!before) return null;
    if (before.row_key !== keyText) return { outcome: 'other-request' };
    return { outcome: 'written', values: valuesIn(before.becomes)!, sequence: Number(before.sequence) };
  }

  async #last(session: Session, keyText: string): Promise<number | null> {
    const [last] = await session.rows<{ sequence: string | null }>(
      'SELECT MAX(sequence) AS sequence FROM banyan_writes WHERE table_name = ? AND row_key = ?',
      [this.#table.name, keyText],
    );
    return last!.sequence === null ? null : Number(last!.sequence);
  }

  #where(): string {
    return keyCondition(this.#table, ({ name }) => name);
  }
}

/** The way back has two steps under one epoch: nobody, then the monolith. */
const follows = (from: Owner, to: Owner): boolean => from === 'nobody' && to === 'monolith';

/** The server's own words: they name the column, and no value of another row. */
function sayOf(error: unknown): string {
  const { cause } = error as KitError;
  return cause instanceof Error ? cause.message : String(error);
}
