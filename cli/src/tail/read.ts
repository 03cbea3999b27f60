import { decodeChunk, decodeKey, type MergeRecord, type Row, type Schemas } from '@banyan/kit';
import type { Chunk, LogReader, Transport } from '@banyan/kit/transport';
import type { CapturedTopics } from './topics.ts';

/** Chunks as they come, and null when nothing came for a moment, until the signal. Throws KitError. */
export async function* chunksOf(reader: LogReader, signal: AbortSignal): AsyncGenerator<Chunk | null> {
  while (!signal.aborted) {
    const chunks = await reader.next(200);
    if (chunks.length === 0) yield null;
    for (const chunk of chunks) {
      if (signal.aborted) return;
      yield chunk;
    }
  }
}

export interface Decoded {
  readonly record: MergeRecord;
  readonly key: Row | null;
}

/** A chunk's records with their keys. Throws KitError; a registry that is away is one, not a wait. */
export async function decoded(schemas: Schemas, topics: CapturedTopics, chunk: Chunk): Promise<Decoded[]> {
  const kind = chunk.topic === topics.transactions ? 'transactions' : 'changes';
  const records = await decodeChunk(schemas, kind, chunk);
  const found: Decoded[] = [];
  for (const [index, record] of records.entries()) {
    const key = record.kind === 'change' ? await decodeKey(schemas, chunk, chunk.messages[index]!) : null;
    found.push({ record, key });
  }
  return found;
}

/** Where each partition of the topics begins and ends now, by `topic/partition`. */
export async function rangesOf(transport: Transport, topics: readonly string[]) {
  const ranges = await transport.describe(topics);
  return [...ranges].flatMap(([topic, partitions]) => partitions.map((range) => ({ topic, ...range })));
}

export const partitionName = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic}/${partition}`;
