import { randomUUID } from 'node:crypto';
import { literalRegex, type NamePattern } from '../config/names.ts';
import { Problems } from '../config/problems.ts';

/**
 * A request to a running connector (https://debezium.io/documentation/reference/stable/configuration/signalling.html), to be
 * carried by `kafkaSignal` or `tableSignal`. The connector answers none: what it does not understand it logs and forgets, so see
 * `incrementalSnapshotIn` for what came of a snapshot.
 */
export type Signal = {
  /** Unique; it stands in the connector's log and in its notifications. */
  readonly id: string;
  readonly type: 'execute-snapshot' | 'stop-snapshot' | 'pause-snapshot' | 'resume-snapshot';
  readonly data: Readonly<Record<string, unknown>>;
};

/** Which rows of a table to read. */
export type SnapshotCondition = {
  /** `database.table`, or a Java regular expression, matched without regard to case. */
  readonly table: NamePattern;
  /** `incremental`: what may stand behind WHERE, such as `colour = 'blue'`. `blocking`: a whole SELECT. */
  readonly filter: string;
};

/** Which tables to read, how, and which of their rows. */
export type ExecuteSnapshot = {
  /** `database.table` each, as the database spells it, or a Java regular expression. A table has to be captured already. */
  readonly tables: readonly NamePattern[];
  /** `incremental`, the default, reads in chunks while changes stream on; `blocking` has streaming wait until it is done. */
  readonly type?: 'incremental' | 'blocking';
  /** Default: every row. */
  readonly conditions?: readonly SnapshotCondition[];
  /** The column to make chunks by, for tables without a usable primary key; `incremental` only. Default: the primary key. */
  readonly surrogateKey?: string;
  /** Default: a random UUID. */
  readonly id?: string;
};

/** Reads tables once more, or for the first time. Throws `invalid-config` for what a connector would ignore without a word. */
export function executeSnapshot(options: ExecuteSnapshot): Signal {
  const { tables, type = 'incremental', conditions = [], surrogateKey, id } = options;
  const problems = new Problems();
  checkTables('tables', tables, problems);
  if (tables.length === 0) problems.add('tables', 'the list is empty; the connector would do nothing');
  checkTables(
    'conditions',
    conditions.map(({ table }) => table),
    problems,
  );
  for (const { filter } of conditions) problems.notEmpty('conditions.filter', filter);
  if (surrogateKey !== undefined) problems.notEmpty('surrogateKey', surrogateKey);
  if (surrogateKey !== undefined && type === 'blocking')
    problems.add('surrogateKey', 'a blocking snapshot has no chunks; leave it out');
  problems.throwIfAny('the signal execute-snapshot');
  return signal('execute-snapshot', id, {
    type: type.toUpperCase(),
    'data-collections': tables.map(patternText),
    ...(conditions.length > 0 && { 'additional-conditions': conditions.map(conditionJson) }),
    ...(surrogateKey !== undefined && { 'surrogate-key': surrogateKey }),
  });
}

/** Ends an incremental snapshot, or takes just these tables out of it. What was read stays in the topics. */
export function stopSnapshot({ tables, id }: { tables?: readonly NamePattern[]; id?: string } = {}): Signal {
  const problems = new Problems();
  checkTables('tables', tables ?? [], problems);
  if (tables?.length === 0) problems.add('tables', 'the list is empty; leave it out to stop all of the snapshot');
  problems.throwIfAny('the signal stop-snapshot');
  const named = tables && { 'data-collections': tables.map(patternText) };
  return signal('stop-snapshot', id, { type: 'INCREMENTAL', ...named });
}

/** Lets the incremental snapshot rest where it is, until `resumeSnapshot`; streaming goes on. */
export function pauseSnapshot({ id }: { id?: string } = {}): Signal {
  return signal('pause-snapshot', id, {});
}

/** Goes on with a paused incremental snapshot. */
export function resumeSnapshot({ id }: { id?: string } = {}): Signal {
  return signal('resume-snapshot', id, {});
}

function signal(type: Signal['type'], id: string = randomUUID(), data: Signal['data']): Signal {
  return { id, type, data };
}

function conditionJson({ table, filter }: SnapshotCondition) {
  return { 'data-collection': patternText(table), filter };
}

/**
 * A name is matched as a regular expression first, and taken as it stands where nothing matches. One of word signs with a dot
 * matches nothing but itself, as a table's name has its dot nowhere else: it is left as it is, so that both readings find it.
 */
function patternText(pattern: NamePattern): string {
  if (typeof pattern !== 'string') return pattern.regex;
  return /^[\w-]+\.[\w-]+$/.test(pattern) ? pattern : literalRegex(pattern);
}

function checkTables(setting: string, patterns: readonly NamePattern[], problems: Problems): void {
  for (const pattern of patterns) {
    const text = typeof pattern === 'string' ? pattern : pattern.regex;
    if (text.trim() === '') problems.add(setting, 'has an empty entry');
    else if (typeof pattern === 'string' && !/.\../.test(pattern))
      problems.add(setting, `"${pattern}" is not of the form database.table`);
  }
}
