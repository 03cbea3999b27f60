import type { Chunk, LogReader, Message, Start } from '../transport/index.ts';

/**
 * Reads on and holds every chunk to the port's contract: a partition that was asked for, offsets that only go forward,
 * `nextOffset` behind the last message.
 */
export class Reading {
  readonly reader: LogReader;
  readonly chunks: Chunk[] = [];
  readonly #next = new Map<string, bigint>();

  constructor(reader: LogReader, starts: readonly Start[]) {
    this.reader = reader;
    for (const { topic, partition, offset } of starts) this.#next.set(`${topic}/${partition}`, offset);
  }

  /** Reads until it is so; throws what the reader throws, or at the limit. */
  async until(what: string, done: (reading: this) => boolean, limitMs = 20_000): Promise<this> {
    for (const end = Date.now() + limitMs; !done(this); ) {
      if (Date.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s; got ${this}`);
      for (const chunk of await this.reader.next(200)) this.#take(chunk);
    }
    return this;
  }

  /** Reads until the fetch position of every partition is at the given offset or behind it. */
  reaches(next: Readonly<Record<string, bigint | number>>): Promise<this> {
    const goals = Object.entries(next);
    return this.until(`the reader gets to ${goals.join(' ')}`, () =>
      goals.every(([name, goal]) => (this.#next.get(name) ?? -1n) >= BigInt(goal)),
    );
  }

  next(topic: string, partition = 0): bigint | undefined {
    return this.#next.get(`${topic}/${partition}`);
  }

  messages(topic: string, partition = 0): Message[] {
    return this.chunks
      .filter((chunk) => chunk.topic === topic && chunk.partition === partition)
      .flatMap((chunk) => chunk.messages);
  }

  /** `offset:text` of every message of a partition. */
  texts(topic: string, partition = 0): string[] {
    return this.messages(topic, partition).map(
      ({ offset, value }) => `${offset}:${value === null ? 'null' : Buffer.from(value).toString()}`,
    );
  }

  toString(): string {
    return [...this.#next].map(([name, next]) => `${name} at ${next}`).join(', ');
  }

  #take(chunk: Chunk): void {
    const name = `${chunk.topic}/${chunk.partition}`;
    let position = this.#next.get(name);
    if (position === undefined) throw new Error(`a chunk of ${name}, which nobody asked for`);
    for (const { offset } of chunk.messages) {
      if (offset < position) throw new Error(`${name}: offset ${offset} came at position ${position}`);
      position = offset + 1n;
    }
    if (chunk.nextOffset < position) throw new Error(`${name}: nextOffset ${chunk.nextOffset} is before ${position}`);
    this.#next.set(name, chunk.nextOffset);
    this.chunks.push(chunk);
  }
}
