import { covers, coversAll, type Gtid, type Position } from '../change-event/index.ts';
import type { Checkpoint } from './types.ts';

/** How far whole transactions have been handed out. Starts at the checkpoint and only moves forward. */
export class Reached {
  readonly #start: Position | null;
  #position: Map<number, Gtid> | null;
  #committedAtMs: number | null;

  constructor(start: Checkpoint) {
    this.#start = start.position === null ? null : new Map(start.position);
    this.#position = start.position === null ? null : new Map(start.position);
    this.#committedAtMs = start.position === null ? null : start.committedAtMs;
  }

  get filling(): boolean {
    return this.#position === null;
  }

  /** A copy: a handed-out checkpoint never changes. */
  get position(): Position | null {
    return this.#position === null ? null : new Map(this.#position);
  }

  get committedAtMs(): number | null {
    return this.#committedAtMs;
  }

  covers(gtid: Gtid): boolean {
    return this.#position !== null && covers(this.#position, gtid);
  }

  coversAll(position: Position): boolean {
    return this.#position !== null && coversAll(this.#position, position);
  }

  coveredAtStart(gtid: Gtid): boolean {
    return this.#start !== null && covers(this.#start, gtid);
  }

  moveTo(gtid: Gtid, committedAtMs: number): void {
    this.#position ??= new Map();
    this.#position.set(gtid.domain, gtid);
    this.#committedAtMs = committedAtMs;
  }
}
