export {
  type Column,
  type ColumnDeclaration,
  type MirrorDeclaration,
  type MirrorTable,
  type MirrorTableDeclaration,
  mirror,
  type Projection,
  type ReadTable,
  readTablesOf,
} from './declaration.ts';
export type { ProjectorFacts } from './facts.ts';
export {
  type FoldChange,
  type FoldDeclaration,
  type FoldKey,
  type FoldRow,
  type FoldTable,
  type FoldTableDeclaration,
  fold,
} from './fold.ts';
export { Projector, type ProjectorOptions } from './projector.ts';
export {
  changed,
  type DirtyDeclaration,
  type DirtyRule,
  type QueryDeclaration,
  type QueryTable,
  query,
} from './query.ts';
export { withTable } from './select-text.ts';
export { type Topics, topicsOf } from './topics.ts';
