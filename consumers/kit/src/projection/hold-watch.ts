import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type DatabaseAccess, type Hold, holdOf, meetHold, Session, watchful } from '../read-store/index.ts';

/** What is held. */
export interface Held {
  /**
   * Where it stands, when nothing is being committed and nothing will be that goes beyond the hold, and all up to `to` is; null
   * while that is not so, and while filling: there is nothing to hold then.
   */
  standsAt(to: Position | null): Position | null;
}

const idleMs = 50;
const busyMs = 2;

/**
 * Looks for holds on a connection of its own, so that one is met while the projector waits for messages, and told while a large
 * database transaction is open: what that has written nobody sees. Every 50 ms, and every 2 ms while somebody holds.
 */
export class HoldWatch {
  readonly #session: Session;
  readonly #projection: string;
  readonly #stop = new AbortController();
  #hold: Hold | null = null;
  #held: Held | null = null;
  #failure: KitError | null = null;
  #watching: Promise<void> = Promise.resolve();

  private constructor(session: Session, projection: string) {
    this.#session = session;
    this.#projection = projection;
  }

  /** A hold that is there already is known when it resolves. */
  static async start(database: DatabaseAccess, projection: string): Promise<HoldWatch> {
    const session = await Session.open(database, watchful);
    const watch = new HoldWatch(session, projection);
    try {
      watch.#hold = await holdOf(session, projection);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return watch;
  }

  get hold(): Hold | null {
    return this.#hold;
  }

  /** Throws what the last look met: KitError `database-unreachable`. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** From here on holds are met. */
  follow(held: Held): void {
    this.#held = held;
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await this.#session[Symbol.asyncDispose]();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#hold = await holdOf(this.#session, this.#projection);
        const at = this.#hold && !this.#hold.isMet ? this.#held!.standsAt(this.#hold.to) : null;
        if (at !== null) await meetHold(this.#session, this.#projection, this.#hold!, at);
      } catch (error) {
        this.#failure = KitError.from(error);
        return;
      }
      await delay(this.#hold ? busyMs : idleMs, undefined, { signal }).catch(() => {});
    }
  }
}
