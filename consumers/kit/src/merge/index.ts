export { MergeError, type MergeErrorCode } from './merge-error.ts';
export { TransactionMerge, type TransactionMergeOptions } from './transaction-merge.ts';
export { type Checkpoint, type MergedBatch, type MergeRecord, type PartitionName, partitionName } from './types.ts';
