export { decodeChunk, decodeKey, type KnownSchemas, publishedPosition, schemaIdIn, type TopicKind } from './decoder.ts';
export type { ColumnKind, ColumnShape, RowSchema } from './row-schema.ts';
export { Schemas } from './schemas.ts';
