import type { Secret } from '../secrets/secret.ts';
import type { NamePattern } from './names.ts';

// What Connect itself makes of a connector's configuration (https://kafka.apache.org/documentation/#connectconfigs).

/** Settings passed on under a prefix, or as they are. A secret among them has to be a Secret. */
export type Settings = Readonly<Record<string, string | number | boolean | Secret>>;

/** `topic.creation.*` (KIP-158): how the worker makes topics that are missing. Other topics than a group's are the default's. */
export type TopicCreationSettings = {
  readonly default: TopicSettings;
  /** By group name. `include` and `exclude` are matched against whole topic names. */
  readonly groups?: Readonly<
    Record<
      string,
      Partial<TopicSettings> & { readonly include: readonly NamePattern[]; readonly exclude?: readonly NamePattern[] }
    >
  >;
};

/** `topic.creation.<group>.*`: what a topic that the worker makes is like. */
export type TopicSettings = {
  /** From 1, or -1 for the broker's default. */
  readonly replicationFactor: number;
  /** From 1, or -1 for the broker's default. */
  readonly partitions: number;
  /** Topic settings by Kafka's names, such as `cleanup.policy`. */
  readonly config?: Settings;
};

/** KIP-618; the worker needs `exactly.once.source.support=enabled`. */
export type ExactlyOnceSettings = {
  /** `exactly.once.support`: with `required` the worker refuses the connector when it cannot keep it. */
  readonly support: 'requested' | 'required';
  /** `transaction.boundary`. Debezium's MariaDB connector cannot define its own. Default `poll`. */
  readonly transactionBoundary?: 'poll' | 'interval';
  /** `transaction.boundary.interval.ms`, above 0; for `interval` only. Default: the worker's `offset.flush.interval.ms`. */
  readonly transactionBoundaryIntervalMs?: number;
};

/** The worker's `errors.*` for converters and transforms, and Debezium's `errors.max.retries` for a source's connection. */
export type ErrorSettings = {
  /** `errors.tolerance`: `all` drops a record that cannot be converted. Default `none`. */
  readonly tolerance?: 'none' | 'all';
  /** `errors.retry.timeout` in ms; 0, the default, for no retry, -1 for no end. */
  readonly retryTimeoutMs?: number;
  /** `errors.retry.delay.max.ms`. Default 60 000. */
  readonly retryDelayMaxMs?: number;
  /** `errors.log.enable`. Default false. */
  readonly logEnable?: boolean;
  /** `errors.log.include.messages`: rows get into the log. Default false. */
  readonly logIncludeMessages?: boolean;
  /** `errors.max.retries`, -1, the default, for no end: then it shows RUNNING for as long as the database is away. */
  readonly maxRetries?: number;
};

/** As for a source, without what is the source's, and with the topic for records that could not be converted. */
export type SinkErrorSettings = Omit<ErrorSettings, 'maxRetries'> & {
  readonly deadLetterQueue?: {
    /** `errors.deadletterqueue.topic.name`; used with `tolerance: 'all'`. */
    readonly topic: string;
    /** `errors.deadletterqueue.topic.replication.factor`, from 1. Default 3, which a single broker cannot keep. */
    readonly replicationFactor?: number;
    /** `errors.deadletterqueue.context.headers.enable`: why and where, in headers. Default false. */
    readonly contextHeaders?: boolean;
  };
};

/** A converter between Connect's records and bytes, and what it is given. */
export type ConverterSettings = {
  /** The Java class, such as `org.apache.kafka.connect.json.JsonConverter`. */
  readonly class: string;
  /** Passed on behind `key.converter.` or `value.converter.`. */
  readonly settings?: Settings;
};
