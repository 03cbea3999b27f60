export interface SourcePositionOptions {
  /** Asks the source for the position of the newest transaction in its log, as MariaDB writes it. */
  readonly ask: () => Promise<string>;
  /** Who has no answer in that time gets none; default 250. */
  readonly withinMs?: number;
}

/** The source's newest position for many at once: those that come while one question is on its way share the next one. */
export class SourcePosition {
  readonly #ask: () => Promise<string>;
  readonly #withinMs: number;
  #underWay: Promise<unknown> | null = null;
  #next: Promise<string> | null = null;

  constructor({ ask, withinMs = 250 }: SourcePositionOptions) {
    this.#ask = ask;
    this.#withinMs = withinMs;
  }

  /** A position that was the newest at some moment after the call; null when it could not be had in time. */
  async newest(): Promise<string | null> {
    const late = new Promise<null>((resolve) => setTimeout(resolve, this.#withinMs, null).unref());
    return await Promise.race([this.#asked().catch(() => null), late]);
  }

  #asked(): Promise<string> {
    if (!this.#underWay) return this.#begin();
    // One that was asked before may not know yet what the caller has just seen.
    this.#next ??= this.#underWay.then(() => {
      this.#next = null;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<string> {
    const asked = this.#ask();
    const settled = asked.then(
      () => {},
      () => {},
    );
    this.#underWay = settled;
    void settled.then(() => {
      if (this.#underWay === settled) this.#underWay = null;
    });
    return asked;
  }
}
