import { KitError } from '../errors.ts';

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** A partition of which not all is shown to those who read what is committed: from `stable` on it waits for a transaction's end. */
export interface HeldBack extends PartitionName {
  readonly stable: bigint;
}

/** A transaction that a partition's log has open. */
export interface OpenTransaction extends PartitionName {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Of the coordinator that has ended one of this producer here before; -1 when none has. An older one's word is refused. */
  readonly coordinatorEpoch: number;
  readonly startOffset: bigint;
  /** By the clock of who has written it. */
  readonly lastWrittenMs: number;
}

/** What the coordinators know. */
export interface Coordinated {
  readonly transactions: readonly (PartitionName & { readonly producerId: bigint })[];
  /** Who leads the coordinators' own log, each part of it, and since which election. */
  readonly leaders: string;
}

/** What Kafka's brokers are asked about transactions. All throw KitError `kafka-unreachable`. */
export interface TransactionLogs {
  heldBack(isMeant: (topic: string) => boolean): Promise<readonly HeldBack[]>;
  /** Whether an authorizer may leave transactions out of `coordinated`: it shows each to those who may describe it, and says nothing. */
  mayHide(): Promise<boolean>;
  open(partitions: readonly PartitionName[]): Promise<readonly OpenTransaction[]>;
  /** Those of these producers that go on, or are just ended. Throws when one coordinator does not answer, or has not loaded its log. */
  coordinated(producerIds: readonly bigint[]): Promise<Coordinated>;
  /**
   * Has the partition's leader end it there: what it wrote is shown to nobody, as with any that is aborted. For hanging ones alone:
   * the coordinator is not asked.
   */
  abort(transaction: OpenTransaction): Promise<void>;
  close(): Promise<void>;
}

export interface Hanging {
  readonly transactions: readonly OpenTransaction[];
  /** Held back all the while, and nobody can say by what, since Kafka may hide transactions that go on. */
  readonly unjudged: readonly HeldBack[];
}

/**
 * The transactions that hold back a topic and that nobody can end any more: open in a partition's log, and unknown to every
 * coordinator. By KIP-664, but for its age: what it asks 15 minutes for is had in `steadyMs`, by looking twice.
 *
 * A coordinator notes a partition before the first record is written there, and forgets it after the marker that ends it is. So what
 * is open, then unknown, and then still open is no transaction that ended meanwhile. That an answer is whole: every coordinator has to
 * give one, at both looks, and none may have moved between them. Throws KitError `kafka-unreachable` when that is not so.
 * The epoch is not compared: that of the coordinator is one higher while it ends a transaction.
 */
export async function findHanging(
  logs: TransactionLogs,
  isMeant: (topic: string) => boolean,
  { steadyMs, pause }: { readonly steadyMs: number; readonly pause: (ms: number) => Promise<void> },
): Promise<Hanging> {
  const held = await logs.heldBack(isMeant);
  if (held.length === 0) return { transactions: [], unjudged: [] };
  if (await logs.mayHide()) {
    await pause(steadyMs);
    const later = await logs.heldBack(isMeant);
    return { transactions: [], unjudged: held.filter((one) => later.some((other) => isSameHold(one, other))) };
  }
  const first = await look(logs, held);
  if (first.unknown.length === 0) return { transactions: [], unjudged: [] };
  await pause(steadyMs);
  const suspect = held.filter((one) => first.unknown.some((other) => isSamePartition(one, other)));
  const second = await look(logs, suspect);
  if (second.leaders !== first.leaders && second.unknown.length > 0)
    throw new KitError('kafka-unreachable', "Kafka's transaction coordinators have just moved: look again");
  const isStill = (one: OpenTransaction) => first.unknown.some((other) => isSame(one, other));
  return { transactions: second.unknown.filter(isStill), unjudged: [] };
}

async function look(logs: TransactionLogs, partitions: readonly PartitionName[]) {
  const open = await logs.open(partitions);
  if (open.length === 0) return { unknown: [], leaders: '' };
  const { transactions, leaders } = await logs.coordinated([...new Set(open.map(({ producerId }) => producerId))]);
  const isKnown = (one: OpenTransaction) =>
    transactions.some((known) => known.producerId === one.producerId && isSamePartition(known, one));
  return { unknown: open.filter((one) => !isKnown(one)), leaders };
}

const isSamePartition = (one: PartitionName, other: PartitionName): boolean =>
  one.topic === other.topic && one.partition === other.partition;

const isSameHold = (one: HeldBack, other: HeldBack): boolean =>
  isSamePartition(one, other) && one.stable === other.stable;

const isSame = (one: OpenTransaction, other: OpenTransaction): boolean =>
  isSamePartition(one, other) &&
  one.producerId === other.producerId &&
  one.producerEpoch === other.producerEpoch &&
  one.startOffset === other.startOffset;
