import type { Chunk } from './transport.ts';

/** What may wait to be taken in one partition; a fetch that is under way comes on top. */
const limitBytes = 4 * 1_048_576;
/** And in all of them together. */
const limitOfAllBytes = 16 * 1_048_576;
/** An object, two buffers and a place in an array, roughly. */
const messageBytes = 200;

/** `kafka.consumer()`, as far as it is needed here. */
export interface Pausable {
  pause(partitions: { topic: string; partitions: number[] }[]): void;
  resume(partitions: { topic: string; partitions: number[] }[]): void;
}

/**
 * Holds partitions back whose chunks nobody has taken yet: kafkajs reads on as fast as it can, and a slow database would
 * fill the heap with what was read. A partition that was paused from outside stays so.
 */
export class HeldBack {
  readonly #consumer: Pausable;
  readonly #waiting = new Map<string, number>();
  readonly #full = new Map<string, { readonly topic: string; readonly partition: number }>();
  readonly #paused = new Set<string>();
  #bytes = 0;

  constructor(consumer: Pausable) {
    this.#consumer = consumer;
  }

  /** A chunk waits. */
  add({ topic, partition, messages }: Chunk): void {
    const name = `${topic}/${partition}`;
    const more = messages.reduce(
      (sum, { key, value }) => sum + messageBytes + (key?.length ?? 0) + (value?.length ?? 0),
      0,
    );
    const bytes = (this.#waiting.get(name) ?? 0) + more;
    this.#waiting.set(name, bytes);
    this.#bytes += more;
    if ((bytes < limitBytes && this.#bytes < limitOfAllBytes) || this.#full.has(name)) return;
    this.#full.set(name, { topic, partition });
    this.#consumer.pause([{ topic, partitions: [partition] }]);
  }

  /** All that waited was taken. */
  taken(): void {
    this.#waiting.clear();
    this.#bytes = 0;
    for (const [name, { topic, partition }] of this.#full) {
      if (!this.#paused.has(name)) this.#consumer.resume([{ topic, partitions: [partition] }]);
    }
    this.#full.clear();
  }

  setPaused(topic: string, partition: number, paused: boolean): void {
    const name = `${topic}/${partition}`;
    if (paused) this.#paused.add(name);
    else this.#paused.delete(name);
    if (this.#full.has(name)) return;
    if (paused) this.#consumer.pause([{ topic, partitions: [partition] }]);
    else this.#consumer.resume([{ topic, partitions: [partition] }]);
  }
}
