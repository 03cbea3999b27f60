import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaJsTransport } from '@banyan/kit/transport';
import type { Benchmark } from './benchmark.ts';
import type { Run } from './harness.ts';

const half = 25_000;

/** 50,000 messages as Debezium has written them: rows of a snapshot, then the same rows changed, with before and after. */
export const decode: Benchmark = {
  name: 'decode',
  about: "the kit's decoder against @kafkajs/confluent-schema-registry, on the same recorded messages, longs as bigint",
  run: async (rig) => {
    const bridge = await rig.otherLines('bench_decode', half);
    await bridge.source.query('UPDATE ledger_lines SET balance_after = balance_after + amount');
    const topic = 'bench_decode.bench_decode.ledger_lines';
    await bridge.eventuallyCaptured(topic, 2 * half);
    const file = join(rig.folder, 'messages');
    await writeFile(file, await recorded(rig.stack.kafka, topic, 2 * half));
    const side = (name: string) => () => rig.children.run<Run>('decode-side.ts', [name, file, rig.stack.registryUrl]);
    return { figures: [{ name: 'decode', unit: 'messages/s', target: 1.8 }], ours: side('ours'), peer: side('peer') };
  },
};

/** The messages one after the other, each behind its length. */
async function recorded(kafka: string, topic: string, count: number): Promise<Buffer> {
  await using transport = kafkaJsTransport({ brokers: [kafka], clientId: 'bench' });
  const reader = await transport.read([{ topic, partition: 0, offset: 0n }]);
  const pieces: Uint8Array[] = [];
  while (pieces.length < 2 * count) {
    for (const { messages } of await reader.next(1000)) {
      for (const { value } of messages) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(value!.length);
        pieces.push(length, value!);
      }
    }
  }
  await reader.close();
  return Buffer.concat(pieces);
}
