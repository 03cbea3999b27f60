/**
 * One read for all who follow it: at once for the first of them, then once in each period for as long as there is one. However many
 * come and go, a read begins no sooner than a period after the one before.
 */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  readonly #everyMs: number;
  readonly #onBroken: (error: unknown) => void;
  readonly #followers = new Set<(value: T) => void>();
  #newest: T | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #isReading = false;
  #timer: NodeJS.Timeout | undefined;

  /** A read that rejects tells nothing. */
  constructor(read: () => Promise<T>, everyMs: number, onBroken: (error: unknown) => void) {
    this.#read = read;
    this.#everyMs = everyMs;
    this.#onBroken = onBroken;
  }

  /** What was read within the last period is told at once. The function that comes back ends it. */
  follow(tell: (value: T) => void): () => void {
    this.#followers.add(tell);
    if (this.#newest !== undefined && this.#restMs() > 0) tell(this.#newest);
    this.#plan();
    return () => {
      this.#followers.delete(tell);
      if (this.#followers.size === 0) this.#rest();
    };
  }

  #restMs(): number {
    return this.#readAtMs + this.#everyMs - performance.now();
  }

  #plan(): void {
    if (this.#isReading || this.#timer !== undefined || this.#followers.size === 0) return;
    this.#timer = setTimeout(() => void this.#turn(), Math.max(0, this.#restMs()));
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #turn(): Promise<void> {
    this.#timer = undefined;
    this.#isReading = true;
    this.#readAtMs = performance.now();
    try {
      const value = await this.#read();
      this.#newest = value;
      for (const tell of [...this.#followers]) tell(value);
    } catch (error) {
      this.#onBroken(error);
    }
    this.#isReading = false;
    this.#plan();
  }
}
