import { kafkaJsTransport, type LogReader, type Transport } from '@banyan/kit/transport';
import { type Gtid, parseGtid } from '../../consumers/kit/src/change-event/index.ts';
import type { MergeRecord } from '../../consumers/kit/src/merge/index.ts';
import { decodeChunk, Schemas } from '../../consumers/kit/src/serde/index.ts';
import type { Bridge } from './bridge.ts';
import { eventually } from './eventually.ts';
import { SeenTransaction } from './seen-transaction.ts';

/** A record as the merge gets it, and when the connector's producer made it, ms. */
export interface SeenRecord {
  readonly record: MergeRecord;
  readonly timestampMs: number;
}

/** A topic of one partition as a reader that sees only committed records finds it. */
export interface SeenLog {
  readonly first: bigint;
  readonly records: SeenRecord[];
  /** Past Kafka's own markers and aborted records, which leave gaps in the offsets. */
  nextOffset: bigint;
}

/** Reads all topics of a bridge from the beginning and goes on until it is closed: what a projector can see, as it becomes visible. */
export class TopicTail {
  readonly markers: SeenLog;
  /** By `database.table`. */
  readonly tables: ReadonlyMap<string, SeenLog>;
  readonly #topics: ReadonlyMap<string, SeenLog>;
  readonly #transport: Transport;
  readonly #reader: LogReader;
  readonly #schemas: Schemas;
  readonly #reading: Promise<void>;
  #closed = false;
  #failure: unknown = null;

  private constructor(bridge: Bridge, topics: ReadonlyMap<string, SeenLog>, transport: Transport, reader: LogReader) {
    this.markers = topics.get(`${bridge.name}.transaction`)!;
    const prefix = `${bridge.name}.`;
    this.tables = new Map(
      [...topics].filter(([, log]) => log !== this.markers).map(([topic, log]) => [topic.slice(prefix.length), log]),
    );
    this.#topics = topics;
    this.#transport = transport;
    this.#reader = reader;
    this.#schemas = new Schemas(bridge.stack.registryUrl);
    this.#reading = this.#readOn().catch((error) => {
      this.#failure = error;
    });
  }

  static async open(bridge: Bridge, tables: readonly string[]): Promise<TopicTail> {
    const transport = kafkaJsTransport({ brokers: [bridge.stack.kafka], clientId: 'e2e-tail' });
    const names = [`${bridge.name}.transaction`, ...tables.map((table) => `${bridge.name}.${bridge.name}.${table}`)];
    const ranges = await transport.describe(names);
    const starts = names.map((topic) => ({ topic, partition: 0, offset: ranges.get(topic)![0]!.low }));
    const logs = starts.map(({ topic, offset }): [string, SeenLog] => [
      topic,
      { first: offset, records: [], nextOffset: offset },
    ]);
    return new TopicTail(bridge, new Map(logs), transport, await transport.read(starts));
  }

  /** Waits until what was read is so. */
  until(what: string, look: (tail: this) => boolean, limitMs?: number): Promise<boolean> {
    return eventually(
      what,
      () => {
        if (this.#failure) throw this.#failure;
        return look(this);
      },
      limitMs,
    );
  }

  /** Waits until everything that is in the topics now has been read. */
  async caughtUp(): Promise<void> {
    const ranges = await this.#transport.describe([...this.#topics.keys()]);
    await this.until('the tail reads to the end', () =>
      [...this.#topics].every(([topic, { nextOffset }]) => nextOffset >= ranges.get(topic)![0]!.high),
    );
  }

  /** What has been read of one transaction so far. */
  transaction(gtid: string): SeenTransaction {
    const { domain, sequence } = parseGtid(gtid)!;
    const isOf = (one: Gtid | null) => one?.sequence === sequence && one.domain === domain;
    const markers = this.markers.records.flatMap(({ record, timestampMs }) =>
      record.kind === 'marker' && isOf(record.marker.transaction) ? [{ marker: record.marker, timestampMs }] : [],
    );
    const rows = [...this.tables.values()].flatMap(({ records }) =>
      records.flatMap(({ record, timestampMs }) =>
        record.kind === 'change' && isOf(record.change.transaction) ? [{ change: record.change, timestampMs }] : [],
      ),
    );
    return new SeenTransaction(markers, rows);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader.close();
    await this.#reading;
    await this.#transport.close();
  }

  async #readOn(): Promise<void> {
    while (!this.#closed) {
      for (const chunk of await this.#reader.next(250)) {
        const log = this.#topics.get(chunk.topic)!;
        const kind = log === this.markers ? 'transactions' : 'changes';
        const records = await decodeChunk(this.#schemas, kind, chunk);
        records.forEach((record, index) => {
          log.records.push({ record, timestampMs: chunk.messages[index]!.timestampMs });
        });
        log.nextOffset = chunk.nextOffset;
      }
    }
  }
}
