import type { Chunk, LogReader, Transport } from '../transport/index.ts';

/** A transport that gives what it has read in small pieces, one a turn, the partitions in turn: as a large log comes. */
export function inPieces(transport: Transport, messages: number): Transport {
  return {
    describe: (topics) => transport.describe(topics),
    topics: () => transport.topics(),
    createTopics: (topics) => transport.createTopics(topics),
    publish: (topic, values) => transport.publish(topic, values),
    read: async (starts) => pieceByPiece(await transport.read(starts), messages),
    close: () => transport.close(),
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

function pieceByPiece(reader: LogReader, messages: number): LogReader {
  const waiting = new Map<string, Chunk[]>();
  return {
    next: async (limitMs) => {
      for (const chunk of waiting.size === 0 ? await reader.next(limitMs) : []) {
        const partition = `${chunk.topic}/${chunk.partition}`;
        waiting.set(partition, [...(waiting.get(partition) ?? []), ...piecesOf(chunk, messages)]);
      }
      const [first] = waiting;
      if (first === undefined) return [];
      const [partition, pieces] = first;
      waiting.delete(partition);
      if (pieces.length > 1) waiting.set(partition, pieces.slice(1));
      return pieces.slice(0, 1);
    },
    setPaused: (topic, partition, paused) => reader.setPaused(topic, partition, paused),
    close: () => reader.close(),
  };
}

function piecesOf(chunk: Chunk, size: number): Chunk[] {
  const pieces: Chunk[] = [];
  for (let from = 0; from < chunk.messages.length || pieces.length === 0; from += size) {
    const rest = chunk.messages[from + size];
    pieces.push({
      ...chunk,
      messages: chunk.messages.slice(from, from + size),
      nextOffset: rest?.offset ?? chunk.nextOffset,
    });
  }
  return pieces;
}
