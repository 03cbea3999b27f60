export { canonicalText } from './canonical.ts';
export type { ColumnType } from './columns.ts';
export { type Difference, differencesOf } from './differences.ts';
export { type Contract, contractFolder, readContract, writeContract } from './files.ts';
export { rowsText } from './generate.ts';
export { latestSchema } from './registry.ts';
export { type Subjects, subjectsOf, withRest } from './subjects.ts';
