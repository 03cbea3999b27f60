import { setTimeout as delay } from 'node:timers/promises';
import { coversAll, formatPosition, type Position, parsePosition } from '../change-event/index.ts';
import { problem } from './problem.ts';
import type { ReadModel, Standpoint } from './read-model.ts';
import { Refused } from './refused.ts';

export interface PositionWaitsOptions {
  /** How often the database is asked while somebody waits; default 50. */
  readonly everyMs?: number;
  /** Requests that may wait at the same time; default 500. */
  readonly most?: number;
}

export interface Wanted {
  readonly position: Position;
  readonly limitMs: number;
}

interface Waiter {
  readonly position: Position;
  readonly settle: () => void;
}

/** Requests that wait for a position hold no connection: one read every few milliseconds serves all of them. */
export class PositionWaits {
  readonly #model: ReadModel;
  readonly #everyMs: number;
  readonly #most: number;
  readonly #waiters = new Set<Waiter>();
  #isPolling = false;
  #isClosed = false;

  constructor(model: ReadModel, { everyMs = 50, most = 500 }: PositionWaitsOptions = {}) {
    this.#model = model;
    this.#everyMs = everyMs;
    this.#most = most;
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Reads, and reads again until what was read is at least at the wanted position. While the read model is filling, what was read
   * last is returned after the limit. Throws Refused `position-not-reached` after the limit, which an abort of `gone` ends too.
   */
  async read<T extends { readonly standpoint: Standpoint }>(
    wanted: Wanted,
    gone: AbortSignal,
    read: () => Promise<T>,
  ): Promise<T> {
    let found = await read();
    if (reaches(found.standpoint, wanted.position)) return found;
    const endMs = performance.now() + wanted.limitMs;
    for (
      let leftMs = wanted.limitMs;
      leftMs > 0 && !gone.aborted && !this.#isClosed;
      leftMs = endMs - performance.now()
    ) {
      await this.#wait(wanted.position, leftMs, gone);
      found = await read();
      if (reaches(found.standpoint, wanted.position)) return found;
    }
    if (found.standpoint.gtid === null) return found;
    throw notReached(found.standpoint, wanted);
  }

  /** Ends all waiting; what waits is refused. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.settle();
  }

  #wait(position: Position, limitMs: number, gone: AbortSignal): Promise<void> {
    if (this.#waiters.size >= this.#most) {
      const detail = `${this.#most} requests wait for a position already`;
      throw new Refused(problem('too-many-requests-at-once', detail), { 'retry-after': 1 });
    }
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        gone.removeEventListener('abort', settle);
        this.#waiters.delete(waiter);
        resolve();
      };
      const waiter: Waiter = { position, settle };
      const timer = setTimeout(settle, limitMs);
      gone.addEventListener('abort', settle, { once: true });
      this.#waiters.add(waiter);
      void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    while (this.#waiters.size > 0) {
      await delay(this.#everyMs);
      // A database that is away is one that is not there yet; the read after the limit says it.
      const standpoint = await this.#model.standpoint().catch(() => null);
      const position = standpoint && positionOf(standpoint);
      if (!position) continue;
      for (const waiter of this.#waiters) if (coversAll(position, waiter.position)) waiter.settle();
    }
    this.#isPolling = false;
  }
}

const positionOf = ({ gtid }: Standpoint): Position | null => (gtid === null ? null : parsePosition(gtid));

function reaches(standpoint: Standpoint, wanted: Position): boolean {
  const position = positionOf(standpoint);
  return position !== null && coversAll(position, wanted);
}

function notReached({ gtid, ageMs }: Standpoint, { position, limitMs }: Wanted): Refused {
  const detail =
    `it stands at ${gtid || 'no GTID'}, ${formatPosition(position)} was asked for and ${limitMs} ms have passed; ` +
    'ask again, with a longer wait-ms, or without at-least for what there is';
  return new Refused(problem('position-not-reached', detail, { position: { gtid, ageMs } }), { 'retry-after': 1 });
}
