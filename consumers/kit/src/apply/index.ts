export { coalesce, type TableEffect } from './coalesce.ts';
export { checkQueries } from './query-check.ts';
export { statements } from './statements.ts';
export { type ApplyStep, Writer, type WriterOptions } from './writer.ts';
