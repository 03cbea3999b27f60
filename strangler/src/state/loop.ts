/** Takes a turn at once and then in each period, one at a time; a turn must not reject. */
export class Loop implements AsyncDisposable {
  #timer: NodeJS.Timeout | undefined;
  #turning: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(everyMs: number, turn: () => Promise<void>) {
    const next = async (): Promise<void> => {
      const startedMs = performance.now();
      await turn();
      const restMs = Math.max(0, everyMs - (performance.now() - startedMs));
      if (!this.#isOver) this.#timer = setTimeout(() => (this.#turning = next()), restMs);
    };
    this.#turning = next();
  }

  /** Waits for the turn under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#turning;
  }
}
