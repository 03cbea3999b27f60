import { type DatabaseAccess, errnoOf, type Session } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import { KeptSession } from './kept-session.ts';
import { ensureTables } from './tables.ts';

/** A replica of the facade, as the others know it. */
export interface SeenReplica {
  readonly replica: string;
  readonly seenAgoMs: number;
  /** It holds new writes of the route since the epoch asked for, and has none under way. */
  readonly isHolding: boolean;
}

const noSuchTable = 1146;

/**
 * Who is there. A replica is written down before it reads where the routes stand, never after: whoever changes that and looks here later sees
 * each that may still go by what was true before. Everything rejects with StranglerError `state-unavailable` when the database is away.
 */
export class ReplicaRegister implements AsyncDisposable {
  readonly #session: KeptSession;
  readonly #replica: string;

  constructor(access: DatabaseAccess, replica: string) {
    this.#session = new KeptSession(access);
    this.#replica = replica;
  }

  /** This one is there, and about to read. */
  async beat(): Promise<void> {
    await this.#run(async (session) => {
      const sql =
        'INSERT INTO banyan_replica (replica, seen_at) VALUES (?, NOW(6)) ON DUPLICATE KEY UPDATE seen_at = NOW(6)';
      await session.run(sql, [this.#replica]).catch(async (error) => {
        if (errnoOf(error) !== noSuchTable) throw error;
        await ensureTables(session);
        await session.run(sql, [this.#replica]);
      });
    });
  }

  /** This one holds new writes of the route since that epoch, and has none under way. */
  async holds(route: string, epoch: number): Promise<void> {
    const sql = 'INSERT IGNORE INTO banyan_route_hold (route, epoch, replica, held_at) VALUES (?, ?, ?, NOW(6))';
    await this.#run((session) => session.run(sql, [route, epoch, this.#replica]));
  }

  /** All that were seen within that time, by the clock of the database. */
  async replicas(route: string, epoch: number, withinMs: number): Promise<SeenReplica[]> {
    const sql = `SELECT r.replica, TIMESTAMPDIFF(MICROSECOND, r.seen_at, NOW(6)) AS ago, h.replica IS NOT NULL AS holding
       FROM banyan_replica r LEFT JOIN banyan_route_hold h ON h.replica = r.replica AND h.route = ? AND h.epoch = ?
       WHERE r.seen_at > NOW(6) - INTERVAL ? MICROSECOND`;
    type Row = { replica: string; ago: string; holding: number | string };
    const values = [route, epoch, Math.round(withinMs * 1000)];
    const rows = await this.#run((session) => session.rows<Row>(sql, values));
    return rows.map(({ replica, ago, holding }) => ({
      replica,
      seenAgoMs: Number(ago) / 1000,
      isHolding: Number(holding) === 1,
    }));
  }

  /** What was written down of switches that are over, and of replicas that are forgotten for long, goes. */
  async clear(route: string, beforeEpoch: number, forgottenMs: number): Promise<void> {
    await this.#run(async (session) => {
      await session.run('DELETE FROM banyan_route_hold WHERE route = ? AND epoch < ?', [route, beforeEpoch]);
      const sql = 'DELETE FROM banyan_replica WHERE seen_at < NOW(6) - INTERVAL ? MICROSECOND';
      await session.run(sql, [Math.round(forgottenMs * 1000)]);
    });
  }

  /** This one takes no more requests, and has none under way. */
  async leave(): Promise<void> {
    await this.#run((session) => session.run('DELETE FROM banyan_replica WHERE replica = ?', [this.#replica]));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session[Symbol.asyncDispose]();
  }

  #run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#session.run(work).catch((error) => {
      throw StranglerError.from(error);
    });
  }
}
