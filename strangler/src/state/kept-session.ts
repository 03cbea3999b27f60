import { type DatabaseAccess, KitError, Session, type SessionKind } from '@banyan/kit';

/**
 * STRICT: a value that does not fit is an error, never cut. READ COMMITTED: each statement sees what is true now. A facade that is
 * frozen in the middle of a change holds its lock for 5 s at most.
 */
export const facadeSessions: SessionKind = {
  settings:
    "SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', tx_isolation='READ-COMMITTED', " +
    'innodb_lock_wait_timeout=2, lock_wait_timeout=5, idle_transaction_timeout=5',
  called: 'facade database',
  answerWithinMs: 3000,
};

/** One connection for short statements, one piece of work at a time; a lost one is opened anew with the next. */
export class KeptSession implements AsyncDisposable {
  readonly #access: DatabaseAccess;
  #session: Session | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(access: DatabaseAccess) {
    this.#access = access;
  }

  /** Rejects with what the work throws, or KitError `database-unreachable`. */
  run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const running = this.#last.then(() => this.#now(work));
    this.#last = running.catch(() => {});
    return running;
  }

  async #now<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new KitError('database-unreachable', 'facade database: the connection was closed');
    this.#session ??= await Session.open(this.#access, facadeSessions);
    try {
      return await work(this.#session);
    } catch (error) {
      // What it was in the middle of ends with it.
      await this.#session[Symbol.asyncDispose]();
      this.#session = null;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#session?.[Symbol.asyncDispose]();
  }
}
