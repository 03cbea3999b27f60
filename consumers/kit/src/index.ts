export {
  type ChangeEvent,
  formatPosition,
  type Operation,
  type Position,
  parsePosition,
  type Row,
  type SourceValue,
} from './change-event/index.ts';
export { KitError, type KitErrorCode, reactions } from './errors.ts';
export {
  type ColumnDeclaration,
  type MirrorDeclaration,
  type MirrorTableDeclaration,
  mirror,
  type Projection,
  Projector,
  type ProjectorFacts,
  type ProjectorOptions,
} from './projection/index.ts';
export type { DatabaseAccess } from './read-store/index.ts';
export { type RunOptions, runService } from './service/run-service.ts';
