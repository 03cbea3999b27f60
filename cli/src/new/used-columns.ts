import type { SelectShape, Unread } from './select-shape.ts';
import { type SourceTable, sourceName } from './source-schema.ts';
import { isSign, isWord, type Token, tokensOf } from './tokens.ts';

const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'name';
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The columns of a table that a SELECT names: by its aliases, and without one those that it may mean. */
export function columnsIn(
  select: string,
  table: SourceTable,
  used: readonly SourceTable[],
  shape: SelectShape | Unread,
): ReadonlySet<string> {
  const tokens = tokensOf(select);
  const aliases = 'unread' in shape ? aliasesIn(tokens, used) : aliasesOf(shape);
  const found = new Set<string>();
  tokens.forEach((token, index) => {
    if (!isName(token) || (token.kind === 'word' && isSign(tokens[index + 1], '('))) return;
    const isQualified = isSign(tokens[index - 1], '.');
    if (isQualified) {
      const alias = aliases.get(tokens[index - 2]?.text.toLowerCase() ?? '');
      if (alias !== undefined && !alias.has(table.name.toLowerCase())) return;
    }
    if (isSign(tokens[index + 1], '.')) return;
    const column = table.columns.find(({ name }) => same(name, token.text));
    if (column) found.add(column.name);
  });
  return found;
}

/** The tables that a SELECT names anywhere; of one that is not read a name may be anything, so more may be found than it reads. */
export function tablesNamedIn(select: string, all: readonly SourceTable[]): SourceTable[] {
  const tokens = tokensOf(select);
  const names = new Set<string>();
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (
      isName(token) &&
      (isWord(before, 'from', 'join', 'straight_join') || isSign(before, ',') || isSign(before, '(')) &&
      !isSign(tokens[index + 1], '.')
    )
      names.add(token.text);
  });
  return all.filter((table) => names.has(table.name) || names.has(sourceName(table)));
}

type Aliases = ReadonlyMap<string, ReadonlySet<string>>;

/** One alias may stand for another table in a SELECT within the SELECT. */
function aliasesOf({ occurrences, nested }: SelectShape): Aliases {
  const all = [...occurrences, ...nested.flatMap((scope) => scope.occurrences)];
  const byAlias = Map.groupBy(all, ({ alias }) => alias.toLowerCase());
  return new Map([...byAlias].map(([alias, some]) => [alias, new Set(some.map(({ table }) => table.toLowerCase()))]));
}

function aliasesIn(tokens: readonly Token[], used: readonly SourceTable[]): Aliases {
  const found = new Map<string, Set<string>>();
  const add = (alias: string, name: string) => {
    const known = found.get(alias.toLowerCase()) ?? new Set<string>();
    found.set(alias.toLowerCase(), known.add(name.toLowerCase()));
  };
  tokens.forEach((token, index) => {
    const table = used.find(({ name }) => name === token.text);
    if (!table || !isName(token)) return;
    const next = isWord(tokens[index + 1], 'as') ? tokens[index + 2] : tokens[index + 1];
    add(token.text, table.name);
    if (isName(next)) add(next!.text, table.name);
  });
  return found;
}
