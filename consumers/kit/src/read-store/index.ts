export { ChangeLog, type ChangeOperation, pruneChangeLog, seenColumns } from './change-log.ts';
export {
  differencesOf,
  ensureEvidence,
  evidenceOf,
  evidenceSql,
  finishProof,
  forgetProgress,
  noteDifferences,
  noteProgress,
  noteRepaired,
  type ProofFact,
  proofFact,
  type SeenDifference,
  type TableEvidence,
  tableEvidence,
} from './evidence.ts';
export {
  type Ask,
  type ForeignKey,
  foreignKeysBy,
  foreignKeysOf,
  type ReferentialAction,
  readForeignKeys,
  storedForeignKeys,
  storeForeignKeys,
} from './foreign-keys.ts';
export { askHold, endHold, ensureHolds, type Hold, type HoldSeen, holdOf, meetHold, seenHold } from './holds.ts';
export { Lease, type ProjectorState, type Standing } from './lease.ts';
export { keyTextOf, type ParkedKey, parkedOf, settleVerdicts } from './parked.ts';
export {
  type DatabaseAccess,
  databaseError,
  errnoOf,
  exactOptions,
  isLockWait,
  orFull,
  Session,
  type SessionKind,
  watchful,
} from './session.ts';
export {
  bytesOf,
  giveVerdict,
  hasStops,
  isSettled,
  type JudgedStop,
  type LeftOut,
  leftOut,
  newestVerdict,
  noteStop,
  type RecordPlace,
  type StoppedRecord,
  stopsOf,
  type Verb,
  type Verdict,
} from './stops.ts';
export {
  type Anchor,
  type CheckpointColumns,
  emptyCheckpoint,
  fromColumns,
  type StoredCheckpoint,
  toColumns,
} from './stored-checkpoint.ts';
export { ensureTables, quoted } from './tables.ts';
export { copyVerdicts, switchVersions, type VersionStanding, type Versions, versionIn } from './versions.ts';
