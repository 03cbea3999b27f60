import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { coversAll, formatPosition, type Position } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { askHold, endHold, type Session, seenHold } from '../read-store/index.ts';

export interface BarrierOptions {
  /** A session on the read model's database. */
  readonly session: Session;
  readonly projection: string;
  /** How long it is waited for that it stands; default 10,000. */
  readonly waitMs?: number;
  /** How long, that it comes to a position: a projection that lags is as late; default 25,000. */
  readonly advanceMs?: number;
  /** When it ends by itself, counted from the last request; default 30,000. */
  readonly forMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Holds a projection: it stands at one position until it is sent on to another or released. What it has read of Kafka meanwhile
 * waits; a large source transaction it is in the middle of stays open. A holder that dies holds no longer than `forMs`.
 */
export class Barrier {
  readonly #options: BarrierOptions;
  readonly #holder = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  #step = BigInt(Date.now()) * 1000n;
  #position: Position | null = null;

  private constructor(options: BarrierOptions) {
    this.#options = options;
  }

  /**
   * Stops the projection where it is. Throws KitError `not-held` when it does not stand within `waitMs`, with what it does
   * instead, and when another one holds it all that time.
   */
  static async hold(options: BarrierOptions): Promise<Barrier> {
    const barrier = new Barrier(options);
    await barrier.#ask(null);
    return barrier;
  }

  /** Every transaction up to here is in the read model, and no other. */
  get position(): Position {
    return this.#position!;
  }

  /** Lets it go on to a position, at or beyond its own, and no further. Throws KitError `not-held`; it is released then. */
  async advance(to: Position): Promise<void> {
    await this.#ask(to);
  }

  async release(): Promise<void> {
    await endHold(this.#options.session, this.#options.projection, this.#holder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release().catch(() => {}); // it ends by itself
  }

  async #ask(to: Position | null): Promise<void> {
    const { session, projection, forMs = 30_000, signal } = this.#options;
    const waitMs = this.#waitMs(to);
    this.#step += 1n;
    try {
      for (const until = Date.now() + waitMs; ; await delay(2, undefined, { signal })) {
        if (await this.#isMet(to, forMs)) break;
        if (Date.now() > until) throw await this.#notHeld(to);
      }
      if (to !== null && !coversAll(to, this.position)) throw beyond(projection, this.position, to);
    } catch (error) {
      await endHold(session, projection, this.#holder).catch(() => {});
      throw error;
    }
  }

  async #isMet(to: Position | null, forMs: number): Promise<boolean> {
    const { session, projection } = this.#options;
    const seen = await seenHold(session, projection);
    if (seen?.holder !== this.#holder || seen.askedStep !== this.#step) {
      await askHold(session, projection, { holder: this.#holder, step: this.#step, to }, forMs);
      return false;
    }
    if (seen.metStep !== this.#step) return false;
    this.#position = seen.at;
    return true;
  }

  async #notHeld(to: Position | null): Promise<KitError> {
    const { session, projection } = this.#options;
    const where = to === null ? 'where it is' : `at ${formatPosition(to)}`;
    const text = `'${projection}' did not stand still ${where} within ${this.#waitMs(to) / 1000} s: ${await this.#why()}`;
    const seen = await seenHold(session, projection);
    const other = seen !== null && seen.holder !== this.#holder;
    return new KitError('not-held', other ? `${text}; ${seen.holder} holds it` : text, {
      remedy:
        'see what its projector says: banyan status. When the newest statement of the source is DDL, the position moves with its next commit',
    });
  }

  #waitMs(to: Position | null): number {
    const { waitMs = 10_000, advanceMs = 25_000 } = this.#options;
    return to === null ? waitMs : advanceMs;
  }

  async #why(): Promise<string> {
    const [row] = await this.#options.session.rows<{
      state: string;
      reason: string | null;
      position: string | null;
      alive: number;
    }>('SELECT state, reason, position, lease_until > NOW(6) AS alive FROM banyan_checkpoint WHERE projection = ?', [
      this.#options.projection,
    ]);
    if (!row) return 'it has no read model here';
    if (!Number(row.alive)) return 'no projector runs';
    return [`it is ${row.state}`, row.position && `at ${row.position}`, row.reason].filter(Boolean).join(', ');
  }
}

function beyond(projection: string, at: Position, to: Position): KitError {
  const text = `'${projection}' is at ${formatPosition(at)}, beyond ${formatPosition(to)}`;
  return new KitError('not-held', text, { remedy: 'ask for a position that comes later' });
}
