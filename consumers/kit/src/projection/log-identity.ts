import { crc32 } from 'node:zlib';
import { KitError } from '../errors.ts';
import { partitionName } from '../merge/index.ts';
import type { Anchor, StoredCheckpoint } from '../read-store/index.ts';
import type { Chunk, Message, PartitionRange, Start } from '../transport/index.ts';

const anew =
  'what the old log had is gone; unless all was captured anew already, capture anew: remove the connector, its offsets and its topics, and put it again; then give the read model an empty database';

/**
 * Knows each log again. A topic that was deleted and made anew has other messages at the offsets of the old one, so the last
 * message before the checkpoint is kept as an anchor (offset, time, CRC) and read again first. Works on any broker, without
 * topic ids, which kafkajs cannot ask for.
 */
export class LogIdentity {
  readonly #expected = new Map<string, Anchor>();
  readonly #next: ReadonlyMap<string, bigint>;
  readonly #seen = new Map<string, Anchor[]>();

  constructor(checkpoint: StoredCheckpoint) {
    this.#next = checkpoint.offsets;
    for (const [partition, anchor] of checkpoint.anchors) this.#seen.set(partition, [anchor]);
  }

  /** Where to start reading. Throws KitError `topic-recreated` or `log-truncated`. */
  start(topic: string, range: PartitionRange): Start {
    const { partition, low, high } = range;
    const name = partitionName({ topic, partition });
    const next = this.#next.get(name);
    if (next === undefined) {
      if (low === 0n) return { topic, partition, offset: 0n };
      throw truncated(
        name,
        `it begins at offset ${low}, so the rows before are gone and the read model would lack them`,
      );
    }
    const anchor = this.#seen.get(name)?.[0];
    if (high < next || (anchor && high <= anchor.offset)) {
      throw recreated(name, `it ends at offset ${high}, but offsets below ${next} were applied`);
    }
    if (low > next) throw truncated(name, `it begins at offset ${low}, but the checkpoint is at ${next}`);
    if (!anchor || low > anchor.offset) return { topic, partition, offset: next };
    this.#expected.set(name, anchor);
    return { topic, partition, offset: anchor.offset };
  }

  /** Compares the anchor and takes what was applied already off the chunk. Throws KitError `topic-recreated`. */
  check(chunk: Chunk): Chunk {
    const name = partitionName(chunk);
    const expected = this.#expected.get(name);
    if (expected) {
      const first = chunk.messages[0];
      if (!first || !same(fingerprint(first), expected)) {
        throw recreated(name, `offset ${expected.offset} holds another message than the one that was applied`);
      }
      this.#expected.delete(name);
    }
    this.#remember(name, chunk.messages);
    const next = this.#next.get(name) ?? 0n;
    if (chunk.messages.length === 0 || chunk.messages[0]!.offset >= next) return chunk;
    const messages = chunk.messages.filter(({ offset }) => offset >= next);
    // It may end before the checkpoint: the way there from the anchor need not be one chunk.
    return { ...chunk, messages, nextOffset: chunk.nextOffset > next ? chunk.nextOffset : next };
  }

  /** The first too: a checkpoint inside the very first chunk has no other message before it. */
  #remember(name: string, messages: readonly Message[]): void {
    const [first, last] = [messages[0], messages.at(-1)];
    if (!first || !last) return;
    const seen = this.#seen.get(name) ?? [];
    this.#seen.set(name, seen);
    seen.push(fingerprint(first));
    if (last !== first) seen.push(fingerprint(last));
  }

  /** The newest anchor below each offset. */
  anchors(offsets: ReadonlyMap<string, bigint>): ReadonlyMap<string, Anchor> {
    const anchors = new Map<string, Anchor>();
    for (const [partition, next] of offsets) {
      const seen = this.#seen.get(partition) ?? [];
      const newest = seen.findLastIndex(({ offset }) => offset < next);
      if (newest < 0) continue;
      anchors.set(partition, seen[newest]!);
      this.#seen.set(partition, seen.slice(newest));
    }
    return anchors;
  }
}

function fingerprint(message: Message): Anchor {
  const crc = crc32(message.value ?? new Uint8Array(), crc32(message.key ?? new Uint8Array()));
  return { offset: message.offset, timestampMs: message.timestampMs, crc32: crc };
}

const same = (a: Anchor, b: Anchor): boolean =>
  a.offset === b.offset && a.timestampMs === b.timestampMs && a.crc32 === b.crc32;

function recreated(name: string, why: string): KitError {
  return new KitError('topic-recreated', `${name} is not the log that was read before: ${why}`, { remedy: anew });
}

function truncated(name: string, why: string): KitError {
  const remedy = `${anew}; keep the topics' retention.ms at -1`;
  return new KitError('log-truncated', `${name} does not reach back far enough: ${why}`, { remedy });
}
