import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { KitError } from '../errors.ts';
import type { Start, Transport } from '../transport/index.ts';
import { KafkaWriter } from './kafka-writer.ts';
import { Reading } from './reading.ts';
import { listening, portOf } from './tcp.ts';
import { testStack } from './test-stack.ts';

/** What the tests of one adapter share: a writer, a transport, and a Kafka that says nothing. */
export class TransportBench {
  readonly broker = testStack().kafka;
  readonly openAt: (broker: string) => Transport;
  #writer: KafkaWriter | null = null;
  #transport: Transport | null = null;
  /** Begun with the suite, as only time ends it. */
  askingSilent: Promise<void> = Promise.resolve();

  private constructor(openAt: (broker: string) => Transport) {
    this.openAt = openAt;
  }

  /** To be called where the suite is described. */
  static ofSuite(openAt: (broker: string) => Transport): TransportBench {
    jest.setTimeout(30_000); // for a machine that is busy with other things
    const bench = new TransportBench(openAt);
    beforeAll(() => bench.#begin());
    afterAll(() => bench.#end(), 40_000);
    return bench;
  }

  get writer(): KafkaWriter {
    return this.#writer!;
  }

  get transport(): Transport {
    return this.#transport!;
  }

  /** Another transport of the same broker. */
  open(): Transport {
    return this.openAt(this.broker);
  }

  /** Opens a reader for as long as the test needs it. */
  async reading(starts: readonly Start[], use: (reading: Reading) => Promise<void>): Promise<void> {
    const reader = await this.transport.read(starts);
    try {
      await use(new Reading(reader, starts));
    } finally {
      await reader.close();
    }
  }

  /** The high watermark of a partition, as the transport tells it. */
  async high(topic: string, partition = 0): Promise<bigint> {
    return (await this.transport.describe([topic])).get(topic)!.find((range) => range.partition === partition)!.high;
  }

  async #begin(): Promise<void> {
    this.#writer = await KafkaWriter.open(this.broker);
    this.#transport = this.open();
    this.askingSilent = this.#askSilent();
    this.askingSilent.catch(() => {}); // its test awaits it
  }

  async #end(): Promise<void> {
    await this.#transport?.close();
    await this.#writer?.[Symbol.asyncDispose]();
    await this.askingSilent.catch(() => {});
  }

  async #askSilent(): Promise<void> {
    const silent = await listening(createServer((socket) => socket.resume()));
    await using own = this.openAt(`127.0.0.1:${portOf(silent)}`);
    const codes = Promise.all([codeOf(own.describe(['any'])), codeOf(own.read([at('any', 0)]))]);
    expect(await codes).toEqual(Array(2).fill('kafka-unreachable'));
    await own.close();
    await new Promise((closed) => silent.close(closed)); // only when every connection is closed
  }
}

export const at = (topic: string, offset: number | bigint, partition = 0): Start => ({
  topic,
  partition,
  offset: BigInt(offset),
});

export async function codeOf(doing: Promise<unknown>): Promise<string> {
  const error = await doing.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof KitError ? error.code : `no KitError: ${error}`;
}
