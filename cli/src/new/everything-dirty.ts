import { usage } from '../errors.ts';
import type { Groups } from './dirty-rules.ts';
import type { ResultColumn } from './result-types.ts';
import type { SourceTable } from './source-schema.ts';

export interface DirtyRuleSet {
  readonly key: readonly string[];
  readonly rules: Groups;
}

/**
 * For a SELECT that could not be read: each change makes all of it dirty, which is right whatever it says. Its key is only known
 * by the author: the first column, or what `-- key: a, b` in the file says.
 */
export function everythingDirty(
  unread: string,
  results: readonly ResultColumn[],
  used: readonly SourceTable[],
  key: readonly string[] = [],
): DirtyRuleSet {
  if (key.length === 0)
    throw usage(
      `what tells the rows of the SELECT from each other could not be worked out: ${unread}`,
      `say it in a comment of the file: -- key: ${results[0]?.name ?? 'id'}`,
    );
  const rules = used.map(({ name }) => ({ table: name, rule: 'all', why: unread }));
  return { key, rules: { group: key, rules } };
}
