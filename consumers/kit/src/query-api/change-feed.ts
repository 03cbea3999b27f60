import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeOperation } from '../read-store/index.ts';
import type { Cell } from './column-json.ts';
import { type Standpoint, standpointOf } from './read-model.ts';
import type { ReadPool } from './read-pool.ts';
import { checkpointCells, checkpointWidth } from './read-sql.ts';

/** A change as it stands in the log; keys and what decides who sees it as texts in the order of their columns. */
export interface LoggedChange {
  readonly sequence: number;
  readonly table: string;
  readonly operation: ChangeOperation;
  readonly key: readonly string[] | null;
  readonly before: readonly (string | null)[] | null;
  readonly after: readonly (string | null)[] | null;
  readonly position: string;
}

/** The end of the log, and where the read model stood in the same snapshot. */
export interface LogEnd {
  readonly standpoint: Standpoint;
  readonly sequence: number;
  /** What is not after it has been forgotten. */
  readonly floor: number;
}

export interface Follower {
  /** The last change it was given. */
  readonly cursor: number;
  /** Changes after its cursor, in order; it leaves out those that it has. */
  take(changes: readonly LoggedChange[], upTo: number): void;
  /** Changes were forgotten before it was given them. */
  missed(end: LogEnd): void;
  beat(): void;
  close(): void;
}

export interface ChangeFeedOptions {
  /** How often the log is looked at while somebody follows; default 100. */
  readonly everyMs?: number;
  /** How often a sign of life is given; default 15,000. */
  readonly beatMs?: number;
}

export const pageRows = 500;

const pageSql = `SELECT l.floor, c.sequence, c.table_name, c.operation, c.row_key, c.seen_before, c.seen_after, c.position
  FROM banyan_change_log l LEFT JOIN (SELECT * FROM banyan_changes WHERE projection = ? AND sequence > ?
    ORDER BY sequence LIMIT ${pageRows}) c ON TRUE WHERE l.projection = ? ORDER BY c.sequence`;
const endSql = `SELECT ${checkpointCells}, l.floor,
  GREATEST(l.floor, COALESCE((SELECT MAX(sequence) FROM banyan_changes n WHERE n.projection = l.projection), 0))
  FROM banyan_checkpoint c JOIN banyan_change_log l ON l.projection = c.projection WHERE c.projection = ?`;

/** The log of changes of one read model, looked at once for all who follow it. */
export class ChangeFeed {
  readonly #projection: string;
  readonly #pool: ReadPool;
  readonly #everyMs: number;
  readonly #clients = new Set<Follower>();
  readonly #followers = new Set<Follower>();
  readonly #beat: NodeJS.Timeout;
  #cursor = 0;
  #isPolling = false;
  #isClosed = false;

  constructor(projection: string, pool: ReadPool, { everyMs = 100, beatMs = 15_000 }: ChangeFeedOptions = {}) {
    this.#projection = projection;
    this.#pool = pool;
    this.#everyMs = everyMs;
    this.#beat = setInterval(() => {
      for (const follower of this.#followers) follower.beat();
    }, beatMs);
    this.#beat.unref();
  }

  /** How many there are, those among them that have not caught up. */
  get clients(): number {
    return this.#clients.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Throws KitError `database-unreachable`. Null when the log has not been made. */
  async end(): Promise<LogEnd | null> {
    const [cells] = await this.#pool.read(endSql, [this.#projection]);
    if (cells === undefined) return null;
    const [floor, sequence] = cells.slice(checkpointWidth).map(Number) as [number, number];
    return { standpoint: standpointOf(cells), floor, sequence };
  }

  /** Changes after a sequence, `pageRows` at most; null when some after it have been forgotten. */
  async page(after: number): Promise<readonly LoggedChange[] | null> {
    const rows = await this.#pool.read(pageSql, [this.#projection, after, this.#projection]);
    if (rows.length === 0 || Number(rows[0]![0]) > after) return null;
    return rows.flatMap((cells) => (cells[1] === null ? [] : [changeOf(cells)]));
  }

  /** False when the follower has to read more pages first: the feed is past its cursor. */
  attach(follower: Follower): boolean {
    if (this.#followers.size === 0 && !this.#isPolling) this.#cursor = follower.cursor;
    if (follower.cursor < this.#cursor) return false;
    this.#followers.add(follower);
    void this.#poll();
    return true;
  }

  /** To be called before the first page is read for it: from then on it is told when the service closes. */
  enter(client: Follower): void {
    this.#clients.add(client);
  }

  /** It goes on by itself, page by page, until it attaches again. */
  detach(follower: Follower): void {
    this.#followers.delete(follower);
  }

  leave(client: Follower): void {
    this.#clients.delete(client);
    this.#followers.delete(client);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#beat);
    for (const client of this.#clients) client.close();
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    while (this.#followers.size > 0 && !this.#isClosed) {
      // A database that is away gives nothing new; the pool's log says that it is.
      const count = await this.#look().catch(() => 0);
      if (count < pageRows) await delay(this.#everyMs);
    }
    this.#isPolling = false;
  }

  async #look(): Promise<number> {
    const changes = await this.page(this.#cursor);
    if (changes === null) {
      const end = await this.end();
      if (end === null) return 0;
      this.#cursor = Math.max(this.#cursor, end.floor);
      // Who came after that was forgotten has missed nothing.
      for (const follower of this.#followers) if (follower.cursor < end.floor) follower.missed(end);
      return 0;
    }
    this.#cursor = changes.at(-1)?.sequence ?? this.#cursor;
    for (const follower of this.#followers) follower.take(changes, this.#cursor);
    return changes.length;
  }
}

function changeOf(cells: readonly Cell[]): LoggedChange {
  const [, sequence, table, operation, key, before, after, position] = cells as (string | null)[];
  const texts = (json: string | null) => (json === null ? null : JSON.parse(json));
  return {
    sequence: Number(sequence),
    table: table!,
    operation: operation as ChangeOperation,
    key: texts(key!),
    before: texts(before!),
    after: texts(after!),
    position: position!,
  };
}
