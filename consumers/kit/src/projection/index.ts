export {
  type Column,
  type ColumnDeclaration,
  type MirrorDeclaration,
  type MirrorTable,
  type MirrorTableDeclaration,
  mirror,
  type Projection,
} from './declaration.ts';
export type { ProjectorFacts } from './facts.ts';
export { Projector, type ProjectorOptions } from './projector.ts';
export { type Topics, topicsOf } from './topics.ts';
