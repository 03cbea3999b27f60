import { KitError } from '../errors.ts';
import {
  type DatabaseAccess,
  type Lease,
  orFull,
  pruneChangeLog,
  Session,
  type Standing,
  watchful,
} from '../read-store/index.ts';

export interface LeaseKeeperOptions {
  readonly database: DatabaseAccess;
  readonly lease: Lease;
  readonly leaseMs: number;
  readonly standing: () => Standing;
}

/** How long a client may be away and still go on where it was. */
const keptChanges = { forMs: 86_400_000, most: 200_000 };

/** Prolongs a lease on a connection of its own, so that a long database transaction does not let it run out. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #session: Session;
  #timer: NodeJS.Timeout | null = null;
  readonly #failed = Promise.withResolvers<never>();
  #failure: KitError | null = null;
  #pruneAtMs = 0;
  #telling: Promise<void> = Promise.resolve();

  private constructor(options: LeaseKeeperOptions, session: Session) {
    this.#options = options;
    this.#session = session;
    this.#failed.promise.catch(() => {}); // Whoever works under the lease may not be listening yet, or no more.
    this.#schedule();
  }

  static async start(options: LeaseKeeperOptions): Promise<LeaseKeeper> {
    return new LeaseKeeper(options, await Session.open(options.database, watchful));
  }

  /**
   * What the work gives, or throws what a renewal has met, at once: KitError `lease-lost`, `database-unreachable` or
   * `database-full`. The work may be waiting for an answer that never comes.
   */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failed.promise]);
  }

  /** Throws the same. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Renews now, with the newest standing. */
  tell(): Promise<void> {
    const { lease, leaseMs, standing } = this.#options;
    this.#telling = this.#telling.then(() => lease.renew(this.#session, leaseMs, standing()));
    return this.#telling;
  }

  /** Lets a standby in at once; a lease that cannot be given back runs out by itself. */
  async release(): Promise<void> {
    this.#halt();
    await this.#telling.catch(() => {});
    await this.#options.lease.release(this.#session).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#halt();
    await this.#telling.catch(() => {});
    await this.#session[Symbol.asyncDispose]();
  }

  #halt(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** A part each time, so that it never holds up the next renewal. */
  async #prune(): Promise<void> {
    if (Date.now() < this.#pruneAtMs) return;
    const pruned = await pruneChangeLog(this.#session, this.#options.lease.projection, keptChanges);
    if (pruned === 0) this.#pruneAtMs = Date.now() + 60_000;
  }

  #schedule(): void {
    const everyMs = Math.min(1000, this.#options.leaseMs / 4);
    this.#timer = setTimeout(async () => {
      try {
        await this.tell();
        await this.#prune();
      } catch (error) {
        this.#failure = await orFull(KitError.from(error), this.#options.database);
        return this.#failed.reject(this.#failure);
      }
      if (this.#timer) this.#schedule();
    }, everyMs);
  }
}
