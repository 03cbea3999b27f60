/** What a connector's latest snapshot cost its source. What the log does not show is null. */
export interface SnapshotCost {
  /** `unknown`: the log shows no snapshot. `interrupted`: it was not finished; the connector's next start takes another one. */
  readonly state: 'unknown' | 'running' | 'interrupted' | 'done';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** How long writes to the server were blocked, from the lock's grant to its release. */
  readonly lockedMs: number | null;
  /** How old the transaction was in which the rows were read, when it ended, or is by now. */
  readonly ageMs: number | null;
  /** Rows of the tables read so far. */
  readonly rows: number | null;
  readonly tables: readonly TableCost[];
  /** How often it was begun: 1 when the first try was finished. */
  readonly attempts: number;
}

export interface TableCost {
  readonly table: string;
  readonly rows: number;
  readonly ms: number;
}

export const unknownSnapshot: SnapshotCost = {
  state: 'unknown',
  startedAt: null,
  endedAt: null,
  lockedMs: null,
  ageMs: null,
  rows: null,
  tables: [],
  attempts: 0,
};

const newWorker = / org\.apache\.kafka\.connect\.runtime\.WorkerInfo - WorkerInfo values/;
const snapshotLine = /^(\S+) \[([^\]]+)\] [A-Z]+ io\.debezium\.\S*SnapshotChangeEventSource - \s*(.+?)\s*$/;
const exporting = /^Exporting (?:data|chunk \S+) from table '(.+)' \((\d+)(?: of |\/)(\d+) tables\)$/;
const exported = /^Finished (?:exporting (\d+) records|chunk \S+ \((\d+) records\)) for table '(.+?)'/;

/** Whether `snapshotCost` may need the line: the others need not be kept. */
export const isSnapshotLine = (line: string): boolean => newWorker.test(line) || snapshotLine.test(line);

/**
 * Reads it from the lines of a Connect worker's log, oldest first, of one worker after the other. The log alone tells how long the lock
 * was held: Debezium's metrics and notifications do not. Their form is that of slf4j's simple logger with ISO times in UTC, as
 * the stack sets it; the messages are those of Debezium 3.5 (RelationalSnapshotChangeEventSource, BinlogSnapshotChangeEventSource).
 * `prefix` is the connector's `topic.prefix`.
 */
export function snapshotCost(lines: Iterable<string>, prefix: string, nowMs = Date.now()): SnapshotCost {
  const coordinator = `debezium-mariadbconnector-${prefix}-change-event-source-coordinator`;
  let latest: Attempt | null = null;
  for (const line of lines) {
    if (latest && newWorker.test(line)) latest.interrupt();
    const [, at, thread, text] = snapshotLine.exec(line) ?? [];
    if (at === undefined || thread === undefined || text === undefined) continue;
    const atMs = Date.parse(`${at}Z`);
    if (thread !== coordinator) latest?.readTable(atMs, thread, text);
    else if (text.startsWith('Snapshot step 1 ')) latest = new Attempt(atMs, latest?.attemptsSoFar ?? 0);
    else latest?.step(atMs, text);
  }
  return latest ? latest.cost(nowMs) : unknownSnapshot;
}

/** One try to take the snapshot. */
class Attempt {
  readonly #startedMs: number;
  readonly #attempts: number;
  #state: SnapshotCost['state'] = 'running';
  #endedMs: number | null = null;
  #openedMs: number | null = null;
  #lockedMs: number | null = null;
  #captured: readonly string[] = [];
  #pool: string | null = null;
  readonly #tables = new Map<string, { readonly fromMs: number; rows: number; ms: number | null }>();

  constructor(startedMs: number, attemptsBefore: number) {
    this.#startedMs = startedMs;
    this.#attempts = attemptsBefore + 1;
  }

  get attemptsSoFar(): number {
    return this.#state === 'done' ? 0 : this.#attempts;
  }

  interrupt(): void {
    if (this.#state === 'running') this.#state = 'interrupted';
  }

  /** A line of the connector's own thread. */
  step(atMs: number, text: string): void {
    const captured = /^Snapshot step 3 - Locking captured tables \[(.*)\]$/.exec(text)?.[1];
    if (captured !== undefined) this.#captured = captured.split(', ');
    // With a global lock the transaction begins right after it, otherwise after step 4: rather too early than too late.
    if (/^(Starting lock heartbeat|Snapshot step 4 )/.test(text)) this.#openedMs ??= atMs;
    const locked = /^Writes to \w+ tables prevented for a total of (\d+):(\d+):([\d.]+)$/.exec(text);
    if (locked) {
      const [hours, minutes, seconds] = locked.slice(1).map(Number) as [number, number, number];
      this.#lockedMs = Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
      this.#openedMs = Math.min(this.#openedMs ?? atMs, atMs - this.#lockedMs);
    }
    // It is logged after the transaction's rollback.
    if (text === 'Snapshot - Final stage') this.#endedMs = atMs;
    if (text === 'Snapshot completed') this.#state = 'done';
    if (text.startsWith('Snapshot was ')) this.interrupt();
  }

  /**
   * A line of one of the threads that read rows, which do not bear the connector's name: the pool that begins with its first table
   * is its own. Times are the lines', as the durations in them are too short when a table is read in chunks.
   */
  readTable(atMs: number, thread: string, text: string): void {
    const pool = /^(pool-\d+)-thread-\d+$/.exec(thread)?.[1];
    if (pool === undefined || this.#state !== 'running') return;
    const [, table, nth, count] = exporting.exec(text) ?? [];
    if (table !== undefined && this.#captured.includes(table) && Number(count) === this.#captured.length) {
      if (nth === '1') this.#pool ??= pool;
      if (pool === this.#pool && !this.#tables.has(table)) this.#tables.set(table, { fromMs: atMs, rows: 0, ms: null });
    }
    const [, whole, chunk, name] = exported.exec(text) ?? [];
    const read = name !== undefined && pool === this.#pool ? this.#tables.get(name) : undefined;
    if (!read) return;
    read.rows += Number(whole ?? chunk);
    read.ms = atMs - read.fromMs;
  }

  cost(nowMs: number): SnapshotCost {
    const tables = [...this.#tables].flatMap(([table, { rows, ms }]) => (ms === null ? [] : [{ table, rows, ms }]));
    const untilMs = this.#endedMs ?? (this.#state === 'running' ? nowMs : null);
    const isOver = this.#endedMs !== null;
    return {
      state: this.#state,
      startedAt: new Date(this.#startedMs).toISOString(),
      endedAt: isOver ? new Date(this.#endedMs!).toISOString() : null,
      // Over without a line about a lock: none was taken.
      lockedMs: this.#lockedMs ?? (this.#state === 'done' ? 0 : null),
      ageMs: untilMs === null || this.#openedMs === null ? null : Math.max(0, untilMs - this.#openedMs),
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      tables,
      attempts: this.#attempts,
    };
  }
}
