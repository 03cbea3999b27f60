import { KitError } from '../errors.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import { errnoOf, type Session } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { resume, type Waiting } from './chain.ts';
import { misfits } from './misfits.ts';
import { cellsOf, keyCondition, keyIn, sourceOf, type Values, valuesIn, valuesOfCells } from './values.ts';

/** Changes of one transaction at the monolith. */
const atOnce = 200;

interface Change extends Waiting {
  readonly keyText: string;
}

interface Conflict {
  readonly sequence: number;
  readonly found: Values | null;
  readonly reason: string;
}

/** The steps of one carrying, for whoever kills the process there. */
export type CarryStep = 'taken' | 'sent' | 'written' | 'committed' | 'carried';

/**
 * Carries what waits to the monolith's table: all of it in one transaction there, each change by an UPDATE of its own, under a lock of the
 * row as it was when the change was made. That they are sent is written down before: a try that was cut off is known by that.
 */
export class Carry {
  readonly #table: MirrorTable;
  readonly #own: Session;
  readonly #monolith: Session;
  readonly #onStep: (step: CarryStep) => void;

  constructor(table: MirrorTable, own: Session, monolith: Session, onStep: (step: CarryStep) => void = () => {}) {
    this.#table = table;
    this.#own = own;
    this.#monolith = monolith;
    this.#onStep = onStep;
  }

  /** Resolves to how many changes were carried or found in conflict; 0: none waits. Throws KitError when a database is away. */
  async once(): Promise<number> {
    const changes = await this.#take();
    if (changes.length === 0) return 0;
    this.#onStep('taken');
    await this.#markSent(changes);
    this.#onStep('sent');
    const conflicts: Conflict[] = [];
    const carried = await this.#write(changes, conflicts);
    this.#onStep('committed');
    const [at] = await this.#monolith.rows<{ position: string }>('SELECT @@global.gtid_binlog_pos AS position');
    await this.#settle(carried, at!.position, conflicts);
    this.#onStep('carried');
    return carried.length + conflicts.length;
  }

  /** A row in conflict waits, with all that was written to it since. */
  async #take(): Promise<readonly Change[]> {
    const rows = await this.#own.rows<{
      sequence: string;
      row_key: string;
      was: string;
      becomes: string;
      state: string;
    }>(
      `SELECT sequence, row_key, was, becomes, state FROM banyan_writes w
       WHERE table_name = ? AND state IN ('waiting','sent') AND NOT EXISTS
         (SELECT 1 FROM banyan_writes c WHERE c.table_name = w.table_name AND c.row_key = w.row_key AND c.state = 'conflict')
       ORDER BY sequence LIMIT ?`,
      [this.#table.name, atOnce],
    );
    return rows.map(({ sequence, row_key: keyText, was, becomes, state }) => ({
      sequence: Number(sequence),
      keyText,
      was: valuesIn(was)!,
      becomes: valuesIn(becomes)!,
      maybeThere: state === 'sent',
    }));
  }

  async #write(changes: readonly Change[], conflicts: Conflict[]): Promise<readonly number[]> {
    const carried: number[] = [];
    const left = new Set(conflicts.map(({ sequence }) => sequence));
    await this.#monolith.run('START TRANSACTION');
    try {
      for (const [keyText, chain] of Map.groupBy(changes, (change) => change.keyText)) {
        if (chain.some(({ sequence }) => left.has(sequence))) continue;
        const found = await this.#found(keyText);
        const resumed = resume(chain, found);
        if (!resumed) {
          const reason = found ? 'somebody else has changed the row' : 'the row is gone';
          conflicts.push({ sequence: chain[0]!.sequence, found, reason });
          continue;
        }
        for (const change of resumed.missing) await this.#update(change, found);
        carried.push(...chain.map(({ sequence }) => sequence));
      }
      this.#onStep('written');
      await this.#monolith.run('COMMIT');
      return carried;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      await this.#monolith.run('ROLLBACK');
      conflicts.push(error.conflict);
      return await this.#write(changes, conflicts);
    }
  }

  async #found(keyText: string): Promise<Values | null> {
    const { owned } = this.#table;
    const list = cellsOf(owned, ({ from }) => from);
    const sql = `SELECT ${list} FROM ${sourceOf(this.#table)} WHERE ${this.#where()} FOR UPDATE`;
    const [row] = await this.#monolith.rows<Record<string, unknown>>(sql, keyIn(this.#table, keyText));
    return row ? valuesOfCells(owned, row) : null;
  }

  async #update({ sequence, keyText, becomes }: Change, found: Values | null): Promise<void> {
    const set = this.#table.owned.map(({ from }) => `${quoted(from)} = ?`).join(', ');
    try {
      await this.#monolith.run(`UPDATE ${sourceOf(this.#table)} SET ${set} WHERE ${this.#where()}`, [
        ...becomes,
        ...keyIn(this.#table, keyText),
      ]);
    } catch (error) {
      if (!misfits.has(errnoOf(error) ?? 0)) throw error;
      throw new Misfit({ sequence, found, reason: KitError.from(error).message });
    }
  }

  async #settle(carried: readonly number[], position: string, conflicts: readonly Conflict[]): Promise<void> {
    await this.#own.run('START TRANSACTION');
    if (carried.length > 0)
      await this.#own.run(
        "UPDATE banyan_writes SET state = 'carried', position = ? WHERE sequence IN (?) AND state = 'sent'",
        [position, carried],
      );
    for (const { sequence, found, reason } of conflicts)
      await this.#own.run(
        "UPDATE banyan_writes SET state = 'conflict', found = ?, reason = ? WHERE sequence = ? AND state = 'sent'",
        [JSON.stringify(found), reason, sequence],
      );
    await this.#own.run('COMMIT');
  }

  async #markSent(changes: readonly Change[]): Promise<void> {
    await this.#own.run("UPDATE banyan_writes SET state = 'sent' WHERE sequence IN (?) AND state = 'waiting'", [
      changes.map(({ sequence }) => sequence),
    ]);
  }

  #where(): string {
    return keyCondition(this.#table, ({ from }) => from);
  }
}

/** The monolith's own column does not take the value. */
class Misfit extends Error {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super(conflict.reason);
    this.conflict = conflict;
  }
}
