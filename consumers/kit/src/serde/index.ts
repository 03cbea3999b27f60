export { decodeChunk, decodeKey, type TopicKind } from './decoder.ts';
export { Schemas } from './schemas.ts';
