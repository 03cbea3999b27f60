import type { ForeignKey } from '@banyan/kit';
import type { SchemaFacts } from '../facts/schema.ts';
import type { Check } from '../finding.ts';

const page = 'reference/doctor.md#keys-and-cascades';

export const foreignKeyChecks: readonly Check<SchemaFacts>[] = [
  {
    code: 'cascade',
    severity: 'warning',
    traps: [1],
    is: 'a foreign key that changes children by itself',
    happens: 'InnoDB writes nothing of that into the binlog: the children change in the source and in no event',
    remedy: 'declare the parent with the child, and Banyan derives the changes; other readers of the topic see ghosts',
    page,
    find: ({ foreignKeys }) =>
      foreignKeys.map((key) => ({ where: key.child, what: `${key.name} to ${key.parent} (${acts(key)})` })),
  },
  {
    code: 'cascade-chain',
    severity: 'warning',
    traps: [1],
    is: 'cascades that go on over three tables or more, or back to where they began',
    happens: 'one DELETE of a parent changes any number of rows that no event tells, in one transaction',
    remedy: 'declare all tables of the chain in one projection, and prove it on a schedule',
    page,
    find: ({ foreignKeys }) => chains(foreignKeys).map((chain) => ({ where: chain[0]!, what: chain.join(' > ') })),
  },
  {
    code: 'catalogue-hidden',
    severity: 'note',
    traps: [1],
    is: 'foreign keys that information_schema.referential_constraints does not show to this user',
    happens: 'that table is empty to who may only SELECT, without an error: a tool that reads it finds no cascade',
    remedy: 'read SHOW CREATE TABLE, as Banyan does',
    page,
    find: ({ hiddenKeys }) => hiddenKeys.map((database) => ({ where: database })),
  },
];

const acts = ({ onDelete, onUpdate }: ForeignKey): string =>
  [...(onDelete === 'none' ? [] : [`ON DELETE ${onDelete}`]), ...(onUpdate === 'none' ? [] : [`ON UPDATE ${onUpdate}`])]
    .join(', ')
    .toUpperCase();

/** From each table that is nobody's child on: the longest way down, when it has three tables; each circle once. */
function chains(keys: readonly ForeignKey[]): string[][] {
  const children = Map.groupBy(keys, ({ parent }) => parent);
  const isChild = new Set(keys.filter(({ child, parent }) => child !== parent).map(({ child }) => child));
  const roots = [...children.keys()].filter((parent) => !isChild.has(parent));
  const seen = new Map<string, string[]>();
  const longest = (table: string, above: readonly string[]): string[] => {
    if (above.includes(table)) return [table];
    const known = seen.get(table);
    if (known) return known;
    const ways = (children.get(table) ?? []).map(({ child }) => longest(child, [...above, table]));
    const way = [table, ...(ways.sort((a, b) => b.length - a.length)[0] ?? [])];
    seen.set(table, way);
    return way;
  };
  const found = roots.map((root) => longest(root, []));
  // What no root leads to goes round.
  const reached = new Set(found.flat());
  for (const table of children.keys()) {
    if (roots.includes(table) || reached.has(table) || seen.has(table)) continue;
    found.push(longest(table, []));
  }
  return found.filter((chain) => chain.length >= 3 || new Set(chain).size < chain.length);
}
