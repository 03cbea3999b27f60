import type { PartStatus } from '../status/parts.ts';
import type { ProofSeen } from '../status/services.ts';

/** What the page is told, by the names of its events. Each says all of its kind. */
export interface Told {
  readonly status: StatusTold;
  readonly stops: StopsTold;
  readonly topics: TopicsTold;
  readonly transactions: TransactionsTold;
}

/** What `banyan status` says, in the order in which a person reads it. */
export interface StatusTold {
  readonly dataDir: string;
  readonly atMs: number;
  readonly problems: readonly ProblemTold[];
  readonly services: readonly ServiceTold[];
  readonly connectors: readonly ConnectorTold[];
  readonly parts: readonly (PartStatus & { readonly isWrong: boolean })[];
}

export interface ProblemTold {
  readonly where: string;
  readonly code: string;
  readonly message: string;
  readonly remedies: readonly Remedy[];
}

/** What to do, with the command that does it when there is one. The page only shows it. */
export interface Remedy {
  readonly text: string;
  readonly command: string | null;
}

/** A service: its projector and its API as one. */
export interface ServiceTold {
  readonly name: string;
  readonly state: string;
  readonly api: string;
  readonly isWrong: boolean;
  readonly position: string | null;
  readonly ageMs: number | null;
  readonly lag: number | null;
  readonly rows: number | null;
  readonly transactions: number | null;
  readonly proof: ProofSeen | null;
  /** Of the proof that comes next, or of what it has found. */
  readonly command: string;
}

export interface ConnectorTold {
  readonly name: string;
  readonly state: string;
  readonly tasks: string;
  readonly isWrong: boolean;
  readonly position: string | null;
  readonly binlog: string | null;
  readonly evidence: string;
  readonly snapshot: string | null;
}

export interface StopsTold {
  /** Those that nobody has said anything about. */
  readonly stops: readonly StopTold[];
  /** How many were settled. */
  readonly settled: number;
  readonly parked: readonly ParkedTold[];
  /** Why they are not known of a service, or of all. */
  readonly unknown: readonly string[];
}

export interface StopTold {
  readonly service: string;
  readonly place: string;
  readonly code: string;
  readonly message: string;
  readonly at: string;
  readonly commands: readonly string[];
}

export interface ParkedTold {
  readonly service: string;
  readonly table: string;
  readonly key: string;
  readonly what: string;
  /** Null when its key has signs that cannot be typed. */
  readonly command: string | null;
}

export interface TopicsTold {
  readonly topics: readonly { readonly topic: string; readonly partitions: number; readonly messages: number }[];
  /** Why they are not known now. */
  readonly problem: string | null;
}

export interface TransactionsTold {
  /** The newest first. */
  readonly transactions: readonly TransactionTold[];
  /** Why none come now. */
  readonly problem: string | null;
}

/** What a transaction did, without a value of any row. */
export interface TransactionTold {
  readonly gtid: string;
  readonly atMs: number;
  readonly isOpen: boolean;
  readonly tables: readonly { readonly table: string; readonly what: string }[];
}
