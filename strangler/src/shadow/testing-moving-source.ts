import type { Answer } from '../route/declaration.ts';
import type { Sides } from './judge.ts';

export const answer = (value: unknown): Answer => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ value }),
});

/**
 * A source whose value at position p is `history[p]`, the last one for ever, that moves by the next of `moves` at each step of
 * either side, and a candidate that is behind by the next of `lags`, but never before what it is asked to be at.
 */
export class MovingSource implements Sides {
  readonly #history: readonly string[];
  readonly #moves: number[];
  readonly #lags: number[];
  readonly #map: (value: string) => string;
  readonly asked = { candidate: 0, monolith: 0 };
  #now = 0;

  constructor(
    history: readonly string[],
    moves: readonly number[],
    lags: readonly number[],
    map = (value: string) => value,
  ) {
    this.#history = history;
    this.#moves = [...moves];
    this.#lags = [...lags];
    this.#map = map;
  }

  /** The client's answer, when the source has got to `start`. */
  startAt(start: number): Answer {
    this.#now = start;
    return answer(this.#at(start));
  }

  async candidate(atLeast: string | null): Promise<{ answer: Answer; position: string }> {
    this.asked.candidate++;
    this.#move();
    const position = Math.max(Number(atLeast ?? 0), this.#now - (this.#lags.shift() ?? 0), 0);
    const value = this.#map(this.#at(position));
    this.#move();
    return { answer: answer(value), position: String(position) };
  }

  async monolith(): Promise<Answer> {
    this.asked.monolith++;
    this.#move();
    const said = answer(this.#at(this.#now));
    this.#move();
    return said;
  }

  async sourcePosition(): Promise<string> {
    this.#move();
    const position = String(this.#now);
    this.#move();
    return position;
  }

  #at(position: number): string {
    return this.#history[Math.min(position, this.#history.length - 1)]!;
  }

  #move(): void {
    this.#now += this.#moves.shift() ?? 0;
  }
}
