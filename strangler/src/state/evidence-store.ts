import type { DatabaseAccess } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import { dateOf } from './database-time.ts';
import type { DifferenceExample, SeenKind } from './difference-kinds.ts';
import { addCounts, noCounts, type RouteCounts } from './evidence.ts';
import type { EvidenceWriter } from './evidence-log.ts';
import { KeptSession } from './kept-session.ts';
import type { EpochCounts } from './route-log.ts';
import type { RouteState } from './route-state.ts';

/** A kind of difference, over all replicas. */
export interface DifferenceSeen {
  readonly kind: string;
  readonly seen: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** The newest. */
  readonly example: DifferenceExample;
}

interface KindRow {
  readonly kind: string;
  readonly seen: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly example: string;
}

const rowsAtOnce = 100;

/**
 * What replicas have counted, in the facade's own database, in the tables that RouteStore makes. Everything rejects with StranglerError
 * `state-unavailable` when it does not answer.
 */
export class EvidenceStore implements EvidenceWriter, AsyncDisposable {
  readonly #session: KeptSession;

  constructor(access: DatabaseAccess) {
    this.#session = new KeptSession(access);
  }

  async write(replica: string, counts: readonly EpochCounts[], kinds: readonly SeenKind[]): Promise<void> {
    const countRows = counts.map((one) => [one.route, one.epoch, replica, JSON.stringify(one.counts)]);
    await this.#put('banyan_route_counts', ['route', 'epoch', 'replica', 'counts'], countRows);
    const kindRows = kinds.map(({ route, kind, seen, firstAtMs, lastAtMs, example }) => {
      const [first, last] = [firstAtMs, lastAtMs].map((atMs) => new Date(atMs).toISOString().slice(0, -1));
      return [route, kind, replica, seen, first, last, JSON.stringify(example)];
    });
    const columns = ['route', 'kind', 'replica', 'seen', 'first_seen', 'last_seen', 'example'];
    await this.#put('banyan_route_difference', columns, kindRows);
  }

  /** Of all replicas, for each route since it came into shadow. */
  async counts(states: readonly RouteState[]): Promise<Map<string, RouteCounts>> {
    const sums = new Map(states.map(({ route }) => [route, noCounts]));
    if (states.length === 0) return sums;
    const conditions = states.map(() => '(route = ? AND epoch >= ?)').join(' OR ');
    const rows = await this.#rows<{ route: string; counts: string }>(
      `SELECT route, counts FROM banyan_route_counts WHERE ${conditions}`,
      states.flatMap(({ route, sinceEpoch }) => [route, sinceEpoch]),
    );
    for (const { route, counts } of rows)
      sums.set(route, addCounts(sums.get(route) ?? noCounts, JSON.parse(counts) as RouteCounts));
    return sums;
  }

  /** The one that was seen last comes first. */
  async differences(route: string): Promise<DifferenceSeen[]> {
    const rows = await this.#rows<KindRow>(
      'SELECT kind, seen, first_seen, last_seen, example FROM banyan_route_difference WHERE route = ? ORDER BY last_seen DESC, kind',
      [route],
    );
    const kinds = new Map<string, DifferenceSeen>();
    for (const row of rows) {
      const one = kindOf(row);
      const newer = kinds.get(one.kind);
      kinds.set(one.kind, newer ? { ...newer, seen: newer.seen + one.seen, firstAt: earlier(newer, one) } : one);
    }
    return [...kinds.values()];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session[Symbol.asyncDispose]();
  }

  async #put(table: string, columns: readonly string[], rows: readonly unknown[][]): Promise<void> {
    const again = columns.map((column) => `${column} = VALUES(${column})`).join();
    for (let from = 0; from < rows.length; from += rowsAtOnce) {
      const some = rows.slice(from, from + rowsAtOnce);
      const sql = `INSERT INTO ${table} (${columns.join()}) VALUES ? ON DUPLICATE KEY UPDATE ${again}`;
      await this.#session.run((session) => session.run(sql, [some])).catch(rethrow);
    }
  }

  #rows<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#session.run((session) => session.rows<Row>(sql, values)).catch(rethrow);
  }
}

const kindOf = (row: KindRow): DifferenceSeen => ({
  kind: row.kind,
  seen: Number(row.seen),
  firstAt: dateOf(row.first_seen),
  lastAt: dateOf(row.last_seen),
  example: JSON.parse(row.example) as DifferenceExample,
});

const earlier = (one: DifferenceSeen, other: DifferenceSeen): Date =>
  new Date(Math.min(one.firstAt.getTime(), other.firstAt.getTime()));

function rethrow(error: unknown): never {
  throw StranglerError.from(error);
}
