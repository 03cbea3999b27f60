/** Writes of each route that this replica has sent on, and that are not answered. */
export class UnderWay {
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  count(route: string): number {
    return this.#counts.get(route) ?? 0;
  }

  /** The function that comes back ends it; called again it does nothing. */
  begin(route: string): () => void {
    this.#counts.set(route, this.count(route) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#counts.set(route, this.count(route) - 1);
      if (this.count(route) > 0) return;
      for (const waiting of this.#waiting.get(route) ?? []) waiting();
      this.#waiting.delete(route);
    };
  }

  /** Resolves when there is none, be it for a moment. */
  async none(route: string): Promise<void> {
    if (this.count(route) === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(route, [...(this.#waiting.get(route) ?? []), resolve]);
    });
  }
}
