import { KitError } from '@banyan/kit';
import type { Message, Transport } from '@banyan/kit/transport';

const silentMs = 5000;

/** The messages of a topic of one partition from an offset on, up to where it ends now. Null when there is no such topic. Throws KitError. */
export async function wholeTopic(transport: Transport, topic: string, from = 0n): Promise<Message[] | null> {
  if (!(await transport.topics()).includes(topic)) return null;
  const [range] = (await transport.describe([topic])).get(topic) ?? [];
  const start = range && (range.low > from ? range.low : from);
  if (!range || start === undefined || range.high <= start) return [];
  const found: Message[] = [];
  const reader = await transport.read([{ topic, partition: range.partition, offset: start }]);
  try {
    for (let offset = start; offset < range.high; ) {
      const chunks = await reader.next(silentMs);
      // What is half read would have things missing that are there.
      if (chunks.length === 0)
        throw new KitError('kafka-unreachable', `Kafka sends nothing of ${topic} from ${offset} on`);
      for (const { messages, nextOffset } of chunks) {
        found.push(...messages.filter((message) => message.offset < range.high));
        offset = nextOffset;
      }
    }
  } finally {
    await reader.close();
  }
  return found;
}
