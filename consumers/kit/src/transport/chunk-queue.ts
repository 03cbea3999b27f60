import type { KitError } from '../errors.ts';
import { HeldBack, type Pausable } from './held-back.ts';
import type { Chunk } from './transport.ts';

/** What a reader has fetched and nobody has taken yet, until something goes wrong: then it tells that and nothing else. */
export class ChunkQueue {
  readonly #heldBack: HeldBack;
  #chunks: Chunk[] = [];
  #failure: KitError | null = null;
  #arrived: () => void = () => {};

  constructor(consumer: Pausable) {
    this.#heldBack = new HeldBack(consumer);
  }

  /** The first thing that went wrong. */
  get failure(): KitError | null {
    return this.#failure;
  }

  add(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#heldBack.add(chunk);
    this.#arrived();
  }

  fail(error: KitError): void {
    this.#failure ??= error;
    this.#arrived();
  }

  /** All that has come, waiting up to the limit for the first. Throws the failure. */
  async next(limitMs: number): Promise<readonly Chunk[]> {
    if (this.#chunks.length === 0 && !this.#failure) await this.#waitFor(limitMs);
    if (this.#failure) throw this.#failure;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#heldBack.taken();
    return chunks;
  }

  setPaused(topic: string, partition: number, paused: boolean): void {
    this.#heldBack.setPaused(topic, partition, paused);
  }

  #waitFor(limitMs: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, limitMs);
      this.#arrived = () => {
        clearTimeout(timer);
        this.#arrived = () => {};
        done();
      };
    });
  }
}
