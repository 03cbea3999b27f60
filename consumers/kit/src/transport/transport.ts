/**
 * The port to Kafka: read logs from given positions, know where they begin and end. No consumer groups and no commits — an
 * ordered projection keeps its offsets in its own database.
 */
export interface Transport {
  /** Where each partition begins and ends. Throws KitError `topic-missing` naming a topic that is not there. */
  describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>>;
  /** The names of all topics, in no order. Throws KitError `kafka-unreachable`.
   */
  topics(): Promise<readonly string[]>;
  /** Reads from the offsets on, only what is committed. Throws KitError `kafka-unreachable`.
   */
  read(starts: readonly Start[]): Promise<LogReader>;
  /** Makes the topics that are not there yet; one that is there is left as it is. Returns the names it made. */
  createTopics(topics: readonly NewTopic[]): Promise<readonly string[]>;
  /**
   * Appends messages to partition 0 of a topic, in order; resolves when all brokers that must have them do. Throws
   * KitError `topic-missing`, `kafka-unreachable`.
   */
  publish(topic: string, values: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How brokers are known to be who they say they are, and how they know who asks. */
export interface KafkaAccess {
  /** PEM: a broker's certificate must be signed by one of these, and name the host that it is asked at. */
  readonly ca: string;
  /** Known by SCRAM-SHA-512; null where brokers ask nobody who he is. */
  readonly user: { readonly name: string; readonly password: string } | null;
}

export interface PartitionRange {
  readonly partition: number;
  /** First offset still there. */
  readonly low: bigint;
  /**
   * The high watermark: one past the last record, *including* records of transactions that are still open. Kafka writes the
   * commit markers of one transaction partition by partition, so the end of what is readable may lag behind.
   */
  readonly high: bigint;
}

export interface Start {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Message {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** A piece of one partition, in order. */
export interface Chunk {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
  /** The fetch position after it: past Kafka's own markers, so it can be beyond the last message even when there is none. */
  readonly nextOffset: bigint;
}

export interface LogReader {
  /**
   * What has arrived, waiting up to `limitMs` for the first; empty when nothing did. Once it has thrown, the reader is of no more use:
   * close it and read again from the checkpoint, there is one way to recover.
   */
  next(limitMs: number): Promise<readonly Chunk[]>;
  /** Stops or goes on fetching a partition; chunks already fetched still come. */
  setPaused(topic: string, partition: number, paused: boolean): void;
  close(): Promise<void>;
}
