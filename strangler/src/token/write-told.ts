import type { ForwardOptions } from '../proxy/forward.ts';
import type { ReadAfterTokens } from './read-after.ts';
import { fieldsOf } from './read-after-fields.ts';
import type { SourcePosition } from './source-position.ts';

/** A write's client is told up to where he must be shown the source: also when it failed, since it may have been done all the same. */
export function writeTold(tokens: ReadAfterTokens, sourcePosition: SourcePosition): ForwardOptions {
  const fields = (position: string | null) => fieldsOf(tokens.sign(position), tokens.holdsMs);
  return {
    beforeAnswer: () => sourcePosition.newest().then(fields),
    // It may still be at work, and be done after any position that could be read now.
    refusalFields: () => fields(null),
  };
}
