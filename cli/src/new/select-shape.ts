import { isSign, isWord, partsOf, type Token, textIn, tokensOf } from './tokens.ts';

/** `alias.column`; without an alias whoever has the column. */
export interface ColumnName {
  readonly alias: string | null;
  readonly column: string;
}

/** A table where FROM names it. */
export interface Occurrence {
  readonly alias: string;
  readonly database: string | null;
  readonly table: string;
  /** LEFT JOIN: where nothing fits, its columns are NULL. */
  readonly isOptional: boolean;
  /** Names of USING. */
  readonly using: readonly string[];
}

/** Two columns that are equal in each row of the join; of an ON of a LEFT JOIN where `optional` has a row. */
export interface Equality {
  readonly left: ColumnName;
  readonly right: ColumnName;
  /** The alias whose LEFT JOIN says it. */
  readonly optional: string | null;
}

export interface Constant {
  readonly column: ColumnName;
  readonly kind: 'text' | 'number';
}

export interface Item {
  /** Of the column in the answer. */
  readonly name: string;
  readonly text: string;
  /** It is a column, and nothing else. */
  readonly column: ColumnName | null;
}

/** A SELECT within the SELECT, which is asked once for each row around it. */
export interface Scope {
  readonly occurrences: readonly Occurrence[];
  /** Of its own tables with each other, and with those around it. */
  readonly equalities: readonly Equality[];
}

/** What a SELECT over joined tables says, as far as keys and groups follow from it. */
export interface SelectShape {
  readonly items: readonly Item[];
  readonly occurrences: readonly Occurrence[];
  readonly equalities: readonly Equality[];
  readonly nested: readonly Scope[];
  /** `IS NOT NULL` of WHERE. */
  readonly notNull: readonly ColumnName[];
  /** Columns that are equal to a text or a number, in each row or where their optional table has one. */
  readonly constants: readonly Constant[];
  /** Texts of GROUP BY; null without. */
  readonly grouped: readonly string[] | null;
  readonly isDistinct: boolean;
  readonly hasAggregates: boolean;
  /** From FROM to the end of WHERE. */
  readonly joined: string;
}

/** Why nothing can be worked out: the reader knows plain joins of tables alone. */
export interface Unread {
  readonly unread: string;
}

const clauses = ['from', 'where', 'group', 'having', 'order', 'limit', 'window', 'union', 'intersect', 'except', 'for'];
const aggregates =
  'count sum avg min max group_concat bit_and bit_or bit_xor std stddev variance var_pop var_samp stddev_pop stddev_samp json_arrayagg json_objectagg'.split(
    ' ',
  );

/** Reads a SELECT of columns and expressions over joined tables. Anything else is told as `unread`, never guessed at. */
export function readSelect(select: string): SelectShape | Unread {
  const tokens = tokensOf(select);
  if (!isWord(tokens[0], 'select')) return { unread: 'it does not begin with SELECT' };
  if (tokens.some((token) => isWord(token, 'over'))) return { unread: 'it has a window function' };
  if (tokens.some((token) => isWord(token, 'rollup'))) return { unread: 'it has WITH ROLLUP' };
  const { clause, other, head } = clausesOf(tokens);
  if (other) return { unread: `it has ${other}` };
  const isDistinct = isWord(tokens[1], 'distinct');
  const list = head.slice(isDistinct ? 2 : 1);
  const items = partsOf(list, (token) => isSign(token, ',')).map((part) => itemOf(select, part));
  const own = list.filter(({ depth }) => depth === 0);
  const star = own.find((token, index) => isSign(token, '*') && isEnd(own[index + 1]) && isBegin(own[index - 1]));
  if (star) return { unread: 'it has a *; name the columns' };
  const scope = scopeOf(clause);
  if ('unread' in scope) return scope;
  const inner = nestedIn(tokens);
  const nested = inner.map((some) => nestedScope(some));
  const wrong = nested.find((one) => 'unread' in one);
  if (wrong) return wrong as Unread;
  const where = conjuncts(clause('where').slice(1));
  const group = clause('group').slice(2);
  const outer = tokens.filter((token) => !inner.some((some) => some.includes(token)));
  return {
    ...{ items, ...scope, isDistinct, nested: nested as Scope[] },
    notNull: where.flatMap(notNullIn),
    grouped:
      group.length > 0 ? partsOf(group, (token) => isSign(token, ',')).map((part) => textIn(select, part)) : null,
    hasAggregates: outer.some((token, index) => isWord(token, ...aggregates) && isSign(outer[index + 1], '(')),
    joined: textIn(select, [...clause('from'), ...clause('where')]),
  };
}

/** The clauses at the depth of the first token, SELECT. */
function clausesOf(tokens: readonly Token[]) {
  const depth = tokens[0]!.depth;
  const starts = tokens.flatMap((token, index) =>
    token.depth === depth && isWord(token, ...clauses) && !isSign(tokens[index - 1], '.') ? [index] : [],
  );
  const clause = (name: string): Token[] => {
    const at = starts.find((index) => isWord(tokens[index], name));
    return at === undefined ? [] : tokens.slice(at, starts.find((index) => index > at) ?? tokens.length);
  };
  const other = starts.find((index) => isWord(tokens[index], 'union', 'intersect', 'except', 'window', 'limit', 'for'));
  return {
    ...{ clause, head: tokens.slice(0, starts[0] ?? tokens.length) },
    other: other === undefined ? null : tokens[other]!.text.toUpperCase(),
  };
}

/** The tables of FROM, and what ON and WHERE say is equal. */
function scopeOf(clause: (name: string) => Token[]): (Scope & { readonly constants: Constant[] }) | Unread {
  const from = clause('from').slice(1);
  if (from.length === 0) return { unread: 'it has no FROM' };
  const constants: Constant[] = [];
  const joins = joinsOf(from, constants);
  if ('unread' in joins) return joins;
  const where = conjuncts(clause('where').slice(1));
  return {
    occurrences: joins.occurrences,
    equalities: [...joins.equalities, ...where.flatMap((one) => equalityIn(one, null))],
    constants: [...constants, ...where.flatMap(constantIn)],
  };
}

/** The tokens of each `(SELECT …)`. */
function nestedIn(tokens: readonly Token[]): Token[][] {
  return tokens.flatMap((token, index) => {
    if (!isWord(token, 'select') || !isSign(tokens[index - 1], '(')) return [];
    const end = tokens.findIndex((other, at) => at > index && other.depth < token.depth);
    return [tokens.slice(index, end === -1 ? tokens.length : end)];
  });
}

/** What it gives, in which order, and how many of its rows, is all the same: it reads the rows that its equalities let through. */
function nestedScope(tokens: readonly Token[]): Scope | Unread {
  if (tokens.slice(1).some((token) => isWord(token, 'select', 'with')))
    return { unread: 'it has a SELECT within a SELECT within it' };
  const { clause, other } = clausesOf(tokens);
  if (other !== null && other !== 'LIMIT') return { unread: `it has ${other} within it` };
  const scope = scopeOf(clause);
  return 'unread' in scope ? { unread: `${scope.unread} in a SELECT within it` } : scope;
}

const isEnd = (token: Token | undefined): boolean => token === undefined || isSign(token, ',');
const isBegin = (token: Token | undefined): boolean => token === undefined || isSign(token, ',') || isSign(token, '.');

function itemOf(select: string, part: readonly Token[]): Item {
  const named = part.length > 2 && isWord(part.at(-2), 'as') ? 2 : hasBareAlias(part) ? 1 : 0;
  const expression = named === 0 ? part : part.slice(0, -named);
  const column = columnIn(expression);
  const text = textIn(select, expression);
  const last = part.at(-1);
  const alias = last?.kind === 'text' ? last.text.slice(1, -1) : (last?.text ?? '');
  return { name: named > 0 ? alias : (column?.column ?? text), text, column };
}

/** `expression alias`: a name right after what ends an expression. */
function hasBareAlias(part: readonly Token[]): boolean {
  const [before, last] = part.slice(-2);
  if (
    part.length < 2 ||
    !last ||
    (last.kind !== 'word' && last.kind !== 'name' && (last.kind !== 'text' || before!.kind === 'text')) ||
    isWord(last, 'end', 'null')
  )
    return false;
  return before!.kind !== 'sign'
    ? !isWord(before, 'and', 'or', 'not', 'is', 'in', 'like', 'div', 'mod', 'then', 'else', 'when', 'interval')
    : isSign(before, ')');
}

/** The column that these tokens are, all of them. */
export function columnIn(tokens: readonly Token[]): ColumnName | null {
  const named = (token: Token | undefined) => token?.kind === 'word' || token?.kind === 'name';
  const [one, dot, other, ...more] = tokens;
  if (!named(one)) return null;
  if (dot === undefined) return { alias: null, column: one!.text };
  return isSign(dot, '.') && named(other) && more.length === 0 ? { alias: one!.text, column: other!.text } : null;
}

function joinsOf(
  from: readonly Token[],
  constants: Constant[],
): { occurrences: Occurrence[]; equalities: Equality[] } | Unread {
  const occurrences: Occurrence[] = [];
  const equalities: Equality[] = [];
  let at = 0;
  let isOptional = false;
  for (;;) {
    const names: Token[] = [];
    while (
      from[at]?.kind === 'name' ||
      (from[at]?.kind === 'word' && names.length === 0) ||
      isSign(from[at - 1], '.')
    ) {
      names.push(from[at++]!);
      if (!isSign(from[at], '.')) break;
      at++;
    }
    if (names.length === 0 || names.length > 2) return { unread: 'its FROM has something else than tables' };
    if (isWord(from[at], 'as')) at++;
    const hasAlias = from[at]?.kind === 'name' || (from[at]?.kind === 'word' && !isWord(from[at], ...afterTable));
    const table = names.at(-1)!.text;
    const alias = hasAlias ? from[at++]!.text : table;
    const using: string[] = [];
    if (isWord(from[at], 'on')) {
      const end = endOf(from, at + 1);
      for (const one of conjuncts(from.slice(at + 1, end))) {
        equalities.push(...equalityIn(one, isOptional ? alias : null));
        constants.push(...constantIn(one));
      }
      at = end;
    } else if (isWord(from[at], 'using')) {
      const end = endOf(from, at + 1);
      using.push(
        ...from
          .slice(at + 2, end - 1)
          .filter((token) => !isSign(token, ','))
          .map(({ text }) => text),
      );
      at = end;
    }
    occurrences.push({ alias, database: names.length === 2 ? names[0]!.text : null, table, isOptional, using });
    if (at >= from.length) return { occurrences, equalities };
    isOptional = isWord(from[at], 'left');
    if (isSign(from[at], ',')) at++;
    else {
      if (isWord(from[at], 'inner', 'cross', 'left')) at++;
      if (isOptional && isWord(from[at], 'outer')) at++;
      if (!isWord(from[at], 'join')) return { unread: `it joins by ${from[at]?.text.toUpperCase() ?? 'nothing'}` };
      at++;
    }
  }
}

const afterTable = [
  'join',
  'inner',
  'cross',
  'left',
  'right',
  'natural',
  'straight_join',
  'on',
  'using',
  'use',
  'force',
  'ignore',
  'partition',
  'for',
];

/** Where the next join begins. */
function endOf(from: readonly Token[], start: number): number {
  const depth = from[start - 1]!.depth;
  for (let at = start; at < from.length; at++) {
    const token = from[at]!;
    if (token.depth !== depth) continue;
    // LEFT( is a function.
    if (isSign(token, ',') || (isWord(token, ...joinWords) && !isSign(from[at + 1], '('))) return at;
  }
  return from.length;
}

const joinWords = ['join', 'inner', 'cross', 'left', 'right', 'natural', 'straight_join'];

/** What is joined by AND alone; of anything else nothing is known. */
function conjuncts(tokens: readonly Token[]): Token[][] {
  if (tokens.length === 0) return [];
  const depth = tokens[0]!.depth;
  const here = tokens.filter((token) => token.depth === depth);
  if (isSign(here[0], '(') && isSign(here.at(-1), ')') && here.length === 2) return conjuncts(tokens.slice(1, -1));
  if (here.some((token) => isWord(token, 'or', 'xor', 'case') || isSign(token, '|'))) return [];
  if (here.some((token) => isWord(token, 'between'))) return withoutBetween(tokens);
  const parts = partsOf(tokens, (token) => isWord(token, 'and'));
  return parts.flatMap((part) => (parts.length > 1 && isSign(part[0], '(') ? conjuncts(part) : [part]));
}

/** BETWEEN has an AND of its own: what may be a part of it is left out. */
function withoutBetween(tokens: readonly Token[]): Token[][] {
  const parts = partsOf(tokens, (token) => isWord(token, 'and'));
  return parts.filter((part, index) => {
    const hasBetween = (one: readonly Token[] | undefined) => one?.some((token) => isWord(token, 'between')) ?? false;
    return !hasBetween(part) && !hasBetween(parts[index - 1]);
  });
}

function equalityIn(conjunct: readonly Token[], optional: string | null): Equality[] {
  const sides = partsOf(conjunct, (token) => isSign(token, '='));
  const [left, right] = sides.map(columnIn);
  const one = conjunct.findIndex((token) => isSign(token, '='));
  if (sides.length !== 2 || !left || !right || isSign(conjunct[one - 1], '<') || isSign(conjunct[one - 1], '>'))
    return [];
  return [{ left, right, optional }];
}

function constantIn(conjunct: readonly Token[]): Constant[] {
  const value = conjunct.at(-1);
  const column = columnIn(conjunct.slice(0, -2));
  if (!column || !isSign(conjunct.at(-2), '=') || (value?.kind !== 'text' && value?.kind !== 'number')) return [];
  return [{ column, kind: value.kind }];
}

function notNullIn(conjunct: readonly Token[]): ColumnName[] {
  const [is, not, empty] = conjunct.slice(-3);
  const column = columnIn(conjunct.slice(0, -3));
  return column && isWord(is, 'is') && isWord(not, 'not') && isWord(empty, 'null') ? [column] : [];
}
