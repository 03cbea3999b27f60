export {
  type ChangeEvent,
  covers,
  coversAll,
  formatGtid,
  formatPosition,
  type Gtid,
  type Operation,
  type Position,
  parseGtid,
  parsePosition,
  type Row,
  type SourcePosition,
  type SourceValue,
  sameValue,
  type TransactionMarker,
} from './change-event/index.ts';
export { KitError, type KitErrorCode, reactions } from './errors.ts';
export type { MergeRecord } from './merge/index.ts';
export {
  type Dispute,
  decide,
  disputesOf,
  type OwnershipStanding,
  ownedTablesOf,
  standingOf,
  writeBackGrants,
} from './ownership/index.ts';
export {
  type ColumnDeclaration,
  type FoldChange,
  type FoldDeclaration,
  type FoldKey,
  type FoldRow,
  type FoldTableDeclaration,
  fold,
  type MirrorDeclaration,
  type MirrorTableDeclaration,
  mirror,
  type Projection,
  Projector,
  type ProjectorFacts,
  type ProjectorOptions,
  type QueryDeclaration,
  query,
  readTablesOf,
} from './projection/index.ts';
export {
  Barrier,
  differences,
  type FoldingAgain,
  foldingBeside,
  type Proof,
  type ProofProgress,
  type ProveOptions,
  prove,
  type Repair,
  type RepairOptions,
  repair,
  scratchOf,
  type TableProof,
} from './proof/index.ts';
export {
  type Caller,
  createHttpServer,
  createRegistry,
  DevIssuer,
  type DevIssuerOptions,
  drain,
  type HttpServerOptions,
  type ListenOptions,
  type Log,
  listen,
  type Problem,
  problem,
  Refused,
  type Registry,
  type Server,
  sendProblem,
  type TokenRules,
  tokenCheck,
} from './query-api/index.ts';
export {
  bytesOf,
  copyVerdicts,
  type DatabaseAccess,
  errnoOf,
  giveVerdict,
  hasStops,
  isSettled,
  type JudgedStop,
  type ParkedKey,
  parkedOf,
  type RecordPlace,
  type SeenDifference,
  Session,
  type SessionKind,
  stopsOf,
  switchVersions,
  type Verdict,
  type Versions,
  versionIn,
} from './read-store/index.ts';
export { decodeChunk, decodeKey, Schemas, type TopicKind } from './serde/index.ts';
export { variables as serviceVariables } from './service/config.ts';
export {
  type Environment,
  password as passwordIn,
  read as textFileIn,
  text as textIn,
  whole as wholeIn,
  wrong as wrongIn,
} from './service/environment.ts';
export { type KafkaReads, kafkaReads } from './service/kafka-reads.ts';
export { logger } from './service/log.ts';
export { type RunOptions, runService } from './service/run-service.ts';
export { stopSignal } from './service/stop-signal.ts';
export { isOfThisMachine, tokenRules as tokenRulesIn } from './service/token-rules.ts';
