import type { Schemas } from '@banyan/kit';
import type { Transport } from '@banyan/kit/transport';
import type { Context } from '../command.ts';
import { jsonLine } from '../terminal/escape.ts';
import { changeJson, changeText, type TailedChange } from './lines.ts';
import { chunksOf, decoded, partitionName, rangesOf } from './read.ts';
import { type CapturedTopics, topicOf } from './topics.ts';
import { isKey } from './values.ts';

export interface TableTail {
  readonly table: string;
  readonly key: string | undefined;
  readonly from: 'earliest' | 'latest';
  readonly limit: number;
  /** Go on with what comes later. */
  readonly follow: boolean;
}

/** Prints a table's change events in the topic's order; ends at the limit, at the end without `follow`, or at the signal. */
export async function tailTable(
  { output, signal, json }: Context,
  transport: Transport,
  schemas: Schemas,
  topics: CapturedTopics,
  asked: TableTail,
): Promise<void> {
  const { table, topic } = topicOf(asked.table, topics);
  const ranges = await rangesOf(transport, [topic]);
  const offsetOf = ({ low, high }: { low: bigint; high: bigint }) => (asked.from === 'earliest' ? low : high);
  const next = new Map(ranges.map((range) => [partitionName(range), offsetOf(range)]));
  const ended = () => ranges.every((range) => (next.get(partitionName(range)) ?? 0n) >= range.high);
  if (ranges.every(({ low, high }) => low === high)) output.say(table, 'the topic has no messages yet');
  if (asked.follow && ended()) output.say(table, 'waiting for changes; Ctrl-C ends it');
  if (!asked.follow && ended()) return;
  const reader = await transport.read(ranges.map((range) => ({ ...range, offset: offsetOf(range) })));
  let printed = 0;
  try {
    for await (const chunk of chunksOf(reader, signal)) {
      if (chunk === null) continue;
      for (const { record, key } of await decoded(schemas, topics, chunk)) {
        if (record.kind !== 'change' || signal.aborted) continue;
        // A TRUNCATE has no key: it changes every one.
        if (asked.key !== undefined && key !== null && !isKey(asked.key, key)) continue;
        const { partition } = chunk;
        const tailed: TailedChange = { topic, partition, offset: record.offset, key, change: record.change };
        await output.line(json ? jsonLine(changeJson(tailed)) : changeText(output, tailed));
        if (++printed >= asked.limit) return;
      }
      next.set(partitionName(chunk), chunk.nextOffset);
      if (!asked.follow && ended()) return;
    }
  } finally {
    await reader.close();
  }
}
