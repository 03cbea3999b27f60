import { type DatabaseAccess, Session, type SessionKind } from '../read-store/session.ts';

/**
 * STRICT: a value that does not fit is an error, never cut. READ COMMITTED: a write sees who the owner is now. A client that is frozen
 * holds its locks for 5 s at most.
 */
const writers: SessionKind = {
  settings:
    "SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', tx_isolation='READ-COMMITTED', " +
    'innodb_lock_wait_timeout=2, lock_wait_timeout=5, idle_transaction_timeout=5',
  called: 'read-model database',
  answerWithinMs: 5000,
};

/** A few connections for short transactions; one in which anything failed is closed, and so is what it had begun. */
export class Sessions {
  readonly #access: DatabaseAccess;
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  readonly #most: number;

  constructor(access: DatabaseAccess, most = 8) {
    this.#access = access;
    this.#most = most;
  }

  /** Rejects with what the work throws, or KitError `database-unreachable`. */
  async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    while (this.#open >= this.#most) await new Promise<void>((turn) => this.#waiting.push(turn));
    this.#open++;
    let session: Session | undefined;
    try {
      session = this.#idle.pop() ?? (await Session.open(this.#access, writers));
      const result = await work(session);
      this.#idle.push(session);
      session = undefined;
      return result;
    } finally {
      await session?.[Symbol.asyncDispose]();
      this.#open--;
      this.#waiting.shift()?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#idle.splice(0)) await session[Symbol.asyncDispose]();
  }
}
