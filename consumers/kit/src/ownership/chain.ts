import { textOf, type Values } from './values.ts';

/** A change that is to be carried to the monolith. */
export interface Waiting {
  readonly sequence: number;
  readonly was: Values;
  readonly becomes: Values;
  /** An earlier try was cut off: it may be in the monolith, with all before it, or not. */
  readonly maybeThere: boolean;
}

/** From where the changes of one row are still to be made; null when the row is none of what they know. */
export interface Resumed<Change> {
  readonly there: readonly Change[];
  readonly missing: readonly Change[];
}

/**
 * Finds where a row of the monolith stands among the changes that are to be made to it, in their order. Each of them was made on what
 * the one before left, so a row that is somewhere in the chain was changed by nobody else, or is as if it had not been. Only what an
 * earlier try may have done is taken for done, and then as much of it as can be: nothing is made twice.
 */
export function resume<Change extends Waiting>(
  changes: readonly Change[],
  found: Values | null,
): Resumed<Change> | null {
  const row = textOf(found);
  const unsure = changes.findLastIndex(({ maybeThere }) => maybeThere) + 1;
  for (let done = unsure; done >= 0; done--) {
    const state = done === 0 ? changes[0]?.was : changes[done - 1]!.becomes;
    if (state !== undefined && textOf(state) === row)
      return { there: changes.slice(0, done), missing: changes.slice(done) };
  }
  return null;
}
