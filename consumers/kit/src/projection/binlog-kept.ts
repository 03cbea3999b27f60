import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseAccess, Session, type SessionKind } from '../read-store/index.ts';

export interface BinlogKeptOptions {
  /** The monolith's server; anybody who may connect may ask. Null: it is not asked, and nothing is known. */
  readonly source: Omit<DatabaseAccess, 'database'> | null;
  /** Default: once a minute. */
  readonly everyMs?: number;
}

const kind: SessionKind = {
  settings: 'SET SESSION max_statement_time=5',
  called: 'source database',
  answerWithinMs: 10_000,
};

/**
 * How long the source keeps its binlog, asked again and again until it is disposed of. What it has not said lately is not known: a server
 * that does not answer may be back with other settings. Source: https://mariadb.com/kb/en/replication-and-binary-log-system-variables/
 */
export class BinlogKept {
  /** Infinity: for ever; null: not known. */
  keptMs: number | null = null;
  readonly #options: BinlogKeptOptions;
  readonly #stop = new AbortController();

  private constructor(options: BinlogKeptOptions) {
    this.#options = options;
  }

  static start(options: BinlogKeptOptions): BinlogKept {
    const kept = new BinlogKept(options);
    if (options.source) void kept.#ask(options.source);
    return kept;
  }

  /** It waits for nothing: a question under way is left alone. */
  [Symbol.dispose](): void {
    this.#stop.abort();
    this.keptMs = null;
  }

  async #ask(source: Omit<DatabaseAccess, 'database'>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const keptMs = await keptMsOf(source).catch(() => null);
      if (!signal.aborted) this.keptMs = keptMs;
      await delay(this.#options.everyMs ?? 60_000, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

/** Null where a limit of size ends it too, which no time can tell, and where the setting is not known: before MariaDB 10.6. */
async function keptMsOf(source: Omit<DatabaseAccess, 'database'>): Promise<number | null> {
  await using session = await Session.open({ ...source, database: '' }, kind);
  const rows = await session.rows<{ Variable_name: string; Value: string }>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds', 'max_binlog_total_size')",
  );
  const of = (name: string) => rows.find((row) => row.Variable_name === name)?.Value;
  const seconds = of('binlog_expire_logs_seconds');
  if (seconds === undefined || Number(of('max_binlog_total_size') ?? 0) > 0) return null;
  return Number(seconds) === 0 ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
}
