/** Where a SELECT says something that a query must not say, and what to write instead. */
export interface Finding {
  /** From 1, in the text as declared. */
  readonly line: number;
  readonly what: string;
  readonly remedy: string;
}

interface Token {
  readonly text: string;
  readonly line: number;
  /** How many parentheses are open around it. */
  readonly depth: number;
  /** A word that is not quoted; quoted names and texts never mean a function. */
  readonly isWord: boolean;
}

const clock = 'take the time from a column';
const chance = 'leave it out: the answer must be the same whenever and wherever it is asked';
const session = 'leave it out: it depends on who asks';

/** Words that mean a function only before a parenthesis; a column may have such a name. */
const functions: Readonly<Record<string, string>> = {
  ...each(clock, 'now curdate curtime sysdate'),
  ...each(chance, 'rand uuid uuid_short sys_guid random_bytes sleep benchmark get_lock release_lock release_all_locks'),
  ...each(chance, 'is_free_lock is_used_lock nextval lastval setval load_file master_gtid_wait master_pos_wait'),
  ...each(session, 'connection_id user session_user system_user database schema version last_insert_id'),
  ...each(session, 'found_rows row_count'),
};
/** Words that mean it with or without one. */
const words: Readonly<Record<string, string>> = {
  ...each(
    clock,
    'current_date current_time current_timestamp localtime localtimestamp utc_date utc_time utc_timestamp',
  ),
  ...each(session, 'current_user current_role'),
};
/** Aggregates whose answer has an order. */
const ordered = new Set(['group_concat', 'json_arrayagg']);
/** What makes a statement more than a SELECT. */
const statements = new Set(['into', 'insert', 'update', 'delete', 'replace', 'call', 'procedure']);

/**
 * Looks for what makes the answer of a SELECT depend on anything but the rows: the clock, chance, the session, an order that
 * is not told. A list of MariaDB's functions, https://mariadb.com/kb/en/built-in-functions/; it reads words, it is no parser.
 */
export function findingsIn(select: string): Finding[] {
  const tokens = [...tokensOf(select)];
  const first = tokens[0];
  if (first === undefined || !['select', 'with', '('].includes(first.text)) {
    return [{ line: first?.line ?? 1, what: 'it does not begin with SELECT', remedy: 'write one SELECT' }];
  }
  return tokens.flatMap((token, index) => {
    const found = findingAt(tokens, token, index);
    return found ? [{ line: token.line, ...found }] : [];
  });
}

function findingAt(tokens: readonly Token[], token: Token, index: number): Omit<Finding, 'line'> | null {
  const { text } = token;
  const what = `'${text}'`;
  if (!token.isWord) {
    if (text === ';') return { what, remedy: 'write one SELECT, without a semicolon' };
    if (text === '?') return { what, remedy: 'a SELECT has no parameters' };
    if (text === '@') return { what: 'a variable', remedy: session };
    return null;
  }
  const called = tokens[index + 1]?.text === '(';
  if (Object.hasOwn(words, text)) return { what, remedy: words[text]! };
  if (called && Object.hasOwn(functions, text)) return { what: `${text}()`, remedy: functions[text]! };
  if (called && text === 'unix_timestamp' && tokens[index + 2]?.text === ')')
    return { what: `${text}()`, remedy: clock };
  if (called && ordered.has(text) && !hasOrder(tokens, index + 2, token.depth + 1))
    return { what: `${text}() without an order`, remedy: 'write ORDER BY in it' };
  if (text === 'limit' && !tokens.some((one, at) => at < index && one.depth === token.depth && isOrderBy(tokens, at)))
    return { what: 'LIMIT without ORDER BY', remedy: 'write ORDER BY, down to a unique column' };
  if (statements.has(text) && !called) return { what, remedy: 'write one SELECT that only reads' };
  return null;
}

/** Whether ORDER BY comes between here and the parenthesis that closes. */
function hasOrder(tokens: readonly Token[], from: number, depth: number): boolean {
  for (let at = from; at < tokens.length && tokens[at]!.depth >= depth; at++)
    if (tokens[at]!.depth === depth && isOrderBy(tokens, at)) return true;
  return false;
}

const isOrderBy = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]!.isWord && tokens[at]!.text === 'order' && tokens[at + 1]?.text === 'by';

const lexemes =
  /(?<blank>\s+|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)|(?<quoted>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`)|(?<word>[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(?<other>[\s\S])/g;

/** MariaDB's executable comments are code: they come as tokens too. */
function* tokensOf(select: string): Generator<Token> {
  let line = 1;
  let depth = 0;
  for (const { groups, 0: whole } of select.replaceAll(/\/\*M?!\d*([\s\S]*?)\*\//g, ' $1 ').matchAll(lexemes)) {
    const { blank, word, quoted, other } = groups!;
    if (blank === undefined) {
      if (other === ')') depth--;
      yield { text: (word ?? quoted ?? other!).toLowerCase(), line, depth, isWord: word !== undefined };
      if (other === '(') depth++;
    }
    line += whole.split('\n').length - 1;
  }
}

/** The text with one table name, where it is not quoted, put in place of another. */
export function withTable(select: string, table: string, other: string): string {
  return select.replaceAll(lexemes, (whole) => (whole.toLowerCase() === table ? other : whole));
}

function each(remedy: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, remedy]));
}
