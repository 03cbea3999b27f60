/** Reads what the next turn takes while this one applies what it has: at most one reading ahead. */
export class ReadAhead<T> {
  readonly #read: (limitMs: number) => Promise<T>;
  #ahead: Promise<T> | null = null;

  constructor(read: (limitMs: number) => Promise<T>) {
    this.#read = read;
  }

  /** Does nothing when it has begun already. A failure is told by the `next` that takes it. */
  begin(limitMs: number): void {
    if (this.#ahead) return;
    this.#ahead = this.#read(limitMs);
    this.#ahead.catch(() => {});
  }

  next(limitMs: number): Promise<T> {
    const next = this.#ahead ?? this.#read(limitMs);
    this.#ahead = null;
    return next;
  }
}
