export { Lease, type ProjectorState, type Standing } from './lease.ts';
export { type DatabaseAccess, databaseError, exactOptions, Session } from './session.ts';
export {
  type Anchor,
  type CheckpointColumns,
  emptyCheckpoint,
  fromColumns,
  type StoredCheckpoint,
  toColumns,
} from './stored-checkpoint.ts';
export { ensureTables, quoted } from './tables.ts';
