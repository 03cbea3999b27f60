export { MergeError, type MergeErrorCode } from './merge-error.ts';
export { TransactionMerge, type TransactionMergeOptions } from './transaction-merge.ts';
export type { Checkpoint, MergedBatch, MergeRecord, PartitionName } from './types.ts';
