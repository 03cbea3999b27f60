import { randomUUID } from 'node:crypto';
import { type DatabaseAccess, Session } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import { auditRow, type ChangeRow, changeOf } from './audit-rows.ts';
import type { Audit, Change } from './change.ts';
import { facadeSessions, KeptSession } from './kept-session.ts';
import { sinceEpochOf } from './machine.ts';
import { statesIn } from './route-rows.ts';
import { type Movement, type Place, placeText, type RouteState } from './route-state.ts';
import { ensureTables } from './tables.ts';

/**
 * Where the routes stand, in the facade's own database. Everything rejects with StranglerError `state-unavailable` when it does not
 * answer. Nothing is opened before it is asked.
 */
export class RouteStore implements AsyncDisposable {
  readonly #access: DatabaseAccess;
  readonly #routes: readonly string[];
  readonly #reads: KeptSession;

  /** `routes` are the names of those that are declared. */
  constructor(access: DatabaseAccess, routes: readonly string[]) {
    this.#access = access;
    this.#routes = routes;
    this.#reads = new KeptSession(access);
  }

  /** Of the declared routes, in their order; one that was never there starts as the monolith's, made by whoever comes first. */
  states(): Promise<RouteState[]> {
    return this.#read(async (session) => {
      const there = await statesIn(session);
      const missing = this.#routes.filter((route) => !there.has(route));
      if (missing.length > 0) await this.#declare(session, missing);
      const all = missing.length > 0 ? await statesIn(session) : there;
      return this.#routes.flatMap((route) => all.get(route) ?? []);
    });
  }

  /**
   * Puts a route elsewhere, if it still stands where `from` says, and writes down who did so and why, in one transaction. Resolves to
   * where it stands then. Rejects with StranglerError `route-changed`, which has the state of now, when somebody else was first.
   */
  async change(from: RouteState, to: Place, audit: Audit, movement: Movement = {}): Promise<RouteState> {
    const mark = randomUUID();
    try {
      return await this.#change(from, to, audit, movement, mark);
    } catch (error) {
      // A connection can be lost between the commit and its answer.
      const made = error instanceof StranglerError ? null : await this.#madeBy(from, mark).catch(() => null);
      if (made) return made;
      throw StranglerError.from(error);
    }
  }

  /** Routes whose switch is not done in time, by the clock of the database. */
  overdue(): Promise<string[]> {
    return this.#read(async (session) => {
      const sql = "SELECT name FROM banyan_route WHERE phase <> 'settled' AND hold_until < NOW(6)";
      return (await session.rows<{ name: string }>(sql)).map(({ name }) => name);
    });
  }

  /** The newest first. */
  changes(route: string, limit = 100): Promise<Change[]> {
    return this.#read(async (session) => {
      const sql = 'SELECT * FROM banyan_route_change WHERE route = ? ORDER BY epoch DESC LIMIT ?';
      return (await session.rows<ChangeRow>(sql, [route, limit])).map(changeOf);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#reads[Symbol.asyncDispose]();
  }

  async #change(
    from: RouteState,
    to: Place,
    audit: Audit,
    { phase = 'settled', toStage, holdMs, ownerEpoch = from.ownerEpoch }: Movement,
    mark: string,
  ): Promise<RouteState> {
    await using session = await Session.open(this.#access, facadeSessions);
    await session.run('START TRANSACTION');
    const who = audit.who.slice(0, 200);
    const matched = await session.run(
      `UPDATE banyan_route SET stage = ?, percent = ?, epoch = epoch + 1, since_epoch = ?, phase = ?, to_stage = ?,
         hold_until = NOW(6) + INTERVAL ? MICROSECOND, owner_epoch = ?, changed_at = NOW(6), changed_by = ?, reason = ?
       WHERE name = ? AND epoch = ?`,
      [
        ...[to.stage, to.percent, sinceEpochOf(from, to), phase, toStage ?? null],
        // A date and no interval is no date.
        ...[holdMs === undefined ? null : Math.round(holdMs * 1000), ownerEpoch, who, audit.reason],
        ...[from.route, from.epoch],
      ],
    );
    if (matched === 0) throw changedMeanwhile(from, to, (await statesIn(session)).get(from.route));
    await session.run(
      'INSERT INTO banyan_route_change SET ?, changed_at = (SELECT changed_at FROM banyan_route WHERE name = ?)',
      [auditRow(from, to, audit, mark), from.route],
    );
    const made = (await statesIn(session)).get(from.route)!;
    await session.run('COMMIT');
    return made;
  }

  async #madeBy({ route, epoch }: RouteState, mark: string): Promise<RouteState | null> {
    await using session = await Session.open(this.#access, facadeSessions);
    const sql = 'SELECT 1 FROM banyan_route_change WHERE route = ? AND epoch = ? AND mark = ?';
    const isMade = (await session.rows(sql, [route, epoch + 1, mark])).length > 0;
    return isMade ? ((await statesIn(session)).get(route) ?? null) : null;
  }

  async #declare(session: Session, missing: readonly string[]): Promise<void> {
    await ensureTables(session);
    const rows = missing.map((route) => [route, 'monolith', 100, 0, 0, 'facade', 'it was declared']);
    await session.run(
      `INSERT INTO banyan_route (name, stage, percent, epoch, since_epoch, changed_by, reason, changed_at)
       VALUES ${rows.map(() => '(?, NOW(6))').join()} ON DUPLICATE KEY UPDATE name = VALUES(name)`,
      rows,
    );
  }

  #read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#reads.run(work).catch((error) => {
      throw StranglerError.from(error);
    });
  }
}

function changedMeanwhile(from: RouteState, to: Place, now: RouteState | undefined): StranglerError {
  const wanted = `${from.route} was to go from ${placeText(from)} to ${placeText(to)}`;
  if (!now) return new StranglerError('route-unknown', `${wanted}, and is not in the facade's database any more`);
  const text = `${wanted}, and is at ${placeText(now)} since ${now.changedAt.toISOString()}: ${now.changedBy} was first`;
  return new StranglerError('route-changed', text, { state: now, remedy: 'look at it again, then decide' });
}
