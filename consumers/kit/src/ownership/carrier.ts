import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '../errors.ts';
import type { MirrorTable, Projection } from '../projection/declaration.ts';
import { ownedTablesOf } from '../read-store/owned-tables.ts';
import { type DatabaseAccess, Session, type SessionKind, watchful } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { Carry, type CarryStep } from './carry.ts';
import { cellsOf, sourceOf } from './values.ts';

type Log = (entry: Readonly<Record<string, unknown>>) => void;

export interface CarrierOptions {
  readonly projection: Projection;
  readonly database: DatabaseAccess;
  /** The monolith's server, by a user who may SELECT the keys and owned columns of the owned tables, and UPDATE the latter. */
  readonly monolith: Omit<DatabaseAccess, 'database'>;
  readonly log: Log;
  readonly onStep?: (step: CarryStep) => void;
}

/**
 * One that is frozen loses its connection to the monolith, and with it the lock that makes it the only one: after 10 s without a word, or
 * 5 s in a transaction. What it does after that fails.
 */
const carriers: SessionKind = {
  settings:
    "SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', tx_isolation='READ-COMMITTED', " +
    'innodb_lock_wait_timeout=2, lock_wait_timeout=5, wait_timeout=10, idle_transaction_timeout=5',
  called: 'source database',
  answerWithinMs: 5000,
};

const pollMs = 20;
const beatMs = 1000;
const pruneMs = 60_000;
/** After that nobody asks again whether his request was done. */
const keptDays = 7;

/** Carries what was written here to the monolith, for as long as the signal lets it; of several the first does, and the next takes over. */
export async function carry(options: CarrierOptions, signal: AbortSignal): Promise<void> {
  await Promise.all(ownedTablesOf(options.projection).map((table) => new Carrier(table, options).run(signal)));
}

class Carrier {
  readonly #table: MirrorTable;
  readonly #options: CarrierOptions;
  #said: string | null = null;
  #toldRogue = -1n;
  #beatAt = 0;
  #prunedAt = 0;

  constructor(table: MirrorTable, options: CarrierOptions) {
    this.#table = table;
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#work(signal);
      } catch (thrown) {
        const { message, remedy, retriable } = KitError.from(thrown);
        if (!retriable)
          this.#options.log({ message: 'cannot carry', table: this.#table.name, reason: message, remedy });
        await this.#tell(message);
      }
      await delay(beatMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Until something fails. */
  async #work(signal: AbortSignal): Promise<void> {
    const { database, monolith, onStep } = this.#options;
    await using own = await Session.open(database, watchful);
    await using source = await Session.open({ ...monolith, database: this.#table.source.split('.')[0]! }, carriers);
    if (!(await this.#isTheOne(source, signal))) return;
    await this.#mayWrite(source);
    const work = new Carry(this.#table, own, source, onStep);
    for (this.#beatAt = 0; !signal.aborted; ) {
      if (Date.now() - this.#beatAt >= beatMs) await this.#beat(own, source);
      if ((await work.once()) === 0) await delay(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  /** The lock lives as long as the connection. */
  async #isTheOne(source: Session, signal: AbortSignal): Promise<boolean> {
    const { host, port, database } = this.#options.database;
    const place = createHash('sha256')
      .update(JSON.stringify([host, port, database, this.#table.name]))
      .digest('hex')
      .slice(0, 32);
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const [lock] = await source.rows<{ taken: number | null }>('SELECT GET_LOCK(?, 1) AS taken', [
        `banyan write-back ${place}`,
      ]);
      if (Number(lock!.taken) === 1) return true;
      if (isFirst) this.#options.log({ message: 'another one carries; this one stands by', table: this.#table.name });
    }
    return false;
  }

  /** Rights are asked for before there is anything to carry. */
  async #mayWrite(source: Session): Promise<void> {
    const { key, owned } = this.#table;
    const table = sourceOf(this.#table);
    const list = cellsOf([...key, ...owned], ({ from }) => from);
    await source.rows(`SELECT ${list} FROM ${table} WHERE FALSE FOR UPDATE`);
    const set = owned.map(({ from }) => `${quoted(from)} = ${quoted(from)}`).join(', ');
    await source.run(`UPDATE ${table} SET ${set} WHERE FALSE`);
  }

  async #beat(own: Session, source: Session): Promise<void> {
    this.#beatAt = Date.now();
    await source.run('DO 0');
    await own.run('UPDATE banyan_owner SET carrier_at = NOW(6), carrier_reason = NULL WHERE table_name = ?', [
      this.#table.name,
    ]);
    if (this.#said !== null) this.#options.log({ message: 'carries again', table: this.#table.name });
    this.#said = null;
    await this.#tellRogue(own);
    if (this.#beatAt - this.#prunedAt >= pruneMs) await this.#prune(own);
  }

  async #tellRogue(own: Session): Promise<void> {
    const rows = await own.rows<{ id: string; row_key: string; gtid: string; was: string; found: string }>(
      'SELECT id, row_key, gtid, was, found FROM banyan_rogue_writes WHERE table_name = ? AND decision IS NULL AND id > ? ORDER BY id LIMIT 100',
      [this.#table.name, this.#toldRogue],
    );
    for (const { id, row_key: key, gtid, was, found } of rows) {
      this.#toldRogue = BigInt(id);
      this.#options.log({
        ...{ alert: 'rogue-write', message: 'somebody else has written an owned column in the monolith' },
        ...{
          table: this.#table.source,
          key: JSON.parse(key),
          gtid,
          columns: this.#table.owned.map(({ from }) => from),
        },
        ...{ was: JSON.parse(was), found: JSON.parse(found) },
        remedy: 'find who writes it and move that write too; then take ours or theirs for the row: banyan writes',
      });
    }
  }

  async #prune(own: Session): Promise<void> {
    this.#prunedAt = this.#beatAt;
    await own.run(
      `DELETE FROM banyan_writes WHERE table_name = ? AND ((state = 'carried' AND echo IS NOT NULL) OR state = 'dropped')
       AND at < NOW(6) - INTERVAL ? DAY LIMIT 10000`,
      [this.#table.name, keptDays],
    );
  }

  /** Said once, and kept where the API tells it. */
  async #tell(reason: string): Promise<void> {
    if (this.#said !== reason) this.#options.log({ message: 'cannot carry for now', table: this.#table.name, reason });
    this.#said = reason;
    try {
      await using own = await Session.open(this.#options.database, watchful);
      await own.run('UPDATE banyan_owner SET carrier_reason = ? WHERE table_name = ?', [
        reason.slice(0, 1000),
        this.#table.name,
      ]);
    } catch {
      // Its own database is away: who asks hears that.
    }
  }
}
