import { setTimeout as delay } from 'node:timers/promises';
import type { OwnerStore } from './owner-store.ts';

const everyMs = 10;

/** Waits until changes are carried to the monolith; the database is asked once for all who wait. */
export class CarriedWaits {
  readonly #store: OwnerStore;
  readonly #waiting = new Map<number, ((position: string) => void)[]>();
  #isLooking = false;

  constructor(store: OwnerStore) {
    this.#store = store;
  }

  /** The GTIDs of the monolith that cover the change; null when it has not been carried in that time. Never rejects. */
  async position(sequence: number, limitMs: number): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const waiting = this.#waiting.get(sequence) ?? [];
    waiting.push(resolve);
    this.#waiting.set(sequence, waiting);
    const limit = setTimeout(() => resolve(null), limitMs);
    void this.#look();
    const position = await promise;
    clearTimeout(limit);
    if (position === null) this.#leave(sequence, resolve);
    return position;
  }

  #leave(sequence: number, resolve: (position: string) => void): void {
    const others = (this.#waiting.get(sequence) ?? []).filter((one) => one !== resolve);
    if (others.length > 0) this.#waiting.set(sequence, others);
    else this.#waiting.delete(sequence);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (; this.#waiting.size > 0; await delay(everyMs)) {
      // A database that is away is told by the limit.
      const carried = await this.#store.carried([...this.#waiting.keys()]).catch(() => new Map<number, string>());
      for (const [sequence, position] of carried) {
        for (const resolve of this.#waiting.get(sequence) ?? []) resolve(position);
        this.#waiting.delete(sequence);
      }
    }
    this.#isLooking = false;
  }
}
