import { type Correction, coversAll, decodeCorrection, type Position } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { Chunk } from '../transport/index.ts';

/** A correction, and its place in the topic. */
export interface Pending {
  readonly offset: bigint;
  readonly correction: Correction;
}

export interface CorrectionsStart {
  /** `topic/partition`. */
  readonly partition: string;
  readonly next: bigint;
  /** Where the topic ended when the pass began. */
  readonly end: bigint;
}

/**
 * Corrections that wait for their position. Each is true of the source at exactly that, so it is applied there or not at all: a
 * read model that comes later to it takes it in its place among the transactions; one that is past it is left as it is, for it may
 * have newer rows. Whatever was in the topic at the start is known before anything is applied.
 */
export class Corrections {
  readonly partition: string;
  readonly #end: bigint;
  #next: bigint;
  #pending: Pending[] = [];

  constructor({ partition, next, end }: CorrectionsStart) {
    this.partition = partition;
    this.#next = next;
    this.#end = end;
  }

  get isCaughtUp(): boolean {
    return this.#next >= this.#end;
  }

  /** Throws KitError `undecodable`. */
  push({ topic, partition, messages, nextOffset }: Chunk): void {
    for (const { offset, value } of messages) {
      if (value === null) continue;
      try {
        this.#pending.push({ offset, correction: decodeCorrection(value) });
      } catch (error) {
        const where = `topic ${topic}, partition ${partition}, offset ${offset}`;
        throw new KitError('undecodable', `${where}: the correction cannot be read: ${(error as Error).message}`, {
          remedy: 'remove what wrote it; a read model that is made anew reads the topic from its beginning',
          cause: error,
        });
      }
    }
    this.#next = nextOffset;
  }

  /** Nothing beyond this is to be applied before the correction there; null: there is none. */
  get upTo(): Position | null {
    return this.#first?.correction.at ?? null;
  }

  get #first(): Pending | null {
    return this.#pending.reduce<Pending | null>(
      (first, one) => (first === null || coversAll(first.correction.at, one.correction.at) ? one : first),
      null,
    );
  }

  /** What is to be applied now, in the order of the topic; `position` is that of the read model, null: it knows none yet. */
  due(position: Position | null, hasReached: (position: Position) => boolean): Pending[] {
    const isPast = ({ correction: { at } }: Pending) =>
      position === null ? hasReached(at) : coversAll(position, at) && !coversAll(at, position);
    this.#pending = this.#pending.filter((one) => !isPast(one));
    if (position === null) return [];
    const due = this.#pending.filter(({ correction: { at } }) => coversAll(at, position) && hasReached(at));
    this.#pending = this.#pending.filter((one) => !due.includes(one));
    return due;
  }

  /** Where to read on: all before is applied, or past. */
  get restartOffset(): bigint {
    return this.#pending[0]?.offset ?? this.#next;
  }
}
