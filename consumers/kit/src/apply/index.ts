export { BulkLoad } from './bulk-load.ts';
export { coalesce, type TableEffect } from './coalesce.ts';
export { checkQueries } from './query-check.ts';
export type { LeaseHeld, ReadStore, Where } from './read-store.ts';
export { type Refused, refusedChange, refusedCorrection } from './refused.ts';
export { SessionStore } from './session-store.ts';
export { refuseLoss, statements } from './statements.ts';
export { type ApplyStep, Writer, type WriterOptions } from './writer.ts';
