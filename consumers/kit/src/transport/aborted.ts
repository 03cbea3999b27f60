/** One partition of a fetch answer, as kafkajs has decoded it. */
export interface FetchedPartition {
  abortedTransactions: readonly AbortedTransaction[] | null;
  readonly messages: readonly FetchedMessage[];
}

/** Begins at `firstOffset` in this partition and ends with the producer's next abort marker. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

export interface FetchedMessage {
  readonly offset: string;
  readonly key: Uint8Array | null;
  /** kafkajs keeps control records from the reader, and counts their offsets. */
  isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

/**
 * Marks what belongs to aborted transactions, so that kafkajs leaves it out. Kafka lists them in the order of their *ends*;
 * kafkajs takes that for the order of their beginnings, so of two that overlap it lets messages through. It also takes a key
 * of four zero bytes for an abort marker. Source: Fetcher.java of Kafka's own consumer, `isBatchAborted`; control record
 * keys: https://kafka.apache.org/documentation/#controlbatch
 */
export function hideAborted(partition: FetchedPartition): void {
  const begins = (partition.abortedTransactions ?? [])
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  partition.abortedTransactions = null;
  if (begins.length === 0) return;
  const aborting = new Set<string>();
  let next = 0;
  for (const message of partition.messages) {
    const offset = BigInt(message.offset);
    for (let begun = begins[next]; begun && begun.firstOffset <= offset; begun = begins[++next])
      aborting.add(begun.producerId);
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (isAbort(message.key)) aborting.delete(producerId);
    } else if (inTransaction && aborting.has(producerId)) message.isControlRecord = true;
  }
}

/** Control record key: version as int16, then type as int16, 0 for abort and 1 for commit. */
function isAbort(key: Uint8Array | null): boolean {
  return key !== null && key.length >= 4 && key[2] === 0 && key[3] === 0;
}
