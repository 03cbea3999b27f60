import type { Session } from '@banyan/kit';
import type { Kind, Place } from '../finding.ts';
import { primaryKey, type SourceColumn, type SourceTable } from './schema.ts';
import { failedBy, type Unseen } from './unseen.ts';

/** What is looked for in rows. */
export interface ValueCheck extends Kind {
  readonly suits: (column: SourceColumn) => boolean;
  /** A condition in SQL on the quoted name of a column. */
  readonly condition: (name: string) => string;
  /** A condition that an index on the column answers for the whole table; it may hold for fewer values than the other. */
  readonly range?: (name: string) => string;
}

export interface ValueFound {
  readonly check: ValueCheck;
  readonly place: Place;
}

export interface ValueFacts {
  readonly found: readonly ValueFound[];
  /** Rows of the user's tables that the server has read for it, by its own count. */
  readonly rowsRead: number;
  readonly tablesRead: number;
}

/** Of one table no more than this is read, by the average length of its rows. */
const bytesOfTable = 64 * 1024 * 1024;

export interface ValueLimits {
  /** Over all tables. */
  readonly rows: number;
  /** Epoch milliseconds after which no further table is begun. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/**
 * Reads the columns that may hold what is looked for: for the whole table where an index answers it, one row; else the ends of the
 * table by primary key. No lock but the one on the table's definition that each SELECT takes; each statement in a transaction of its own.
 */
export async function valueFacts(
  session: Session,
  tables: readonly SourceTable[],
  checks: readonly ValueCheck[],
  limits: ValueLimits,
  unseen: Unseen,
  say: (text: string) => void,
): Promise<ValueFacts> {
  const before = await rowsRead(session);
  const wanted = tables
    .map((table) => ({ table, looks: looksAt(table, checks) }))
    .filter(({ table, looks }) => looks.length > 0 && table.kind !== 'SEQUENCE' && isHere(table, unseen));
  const found: ValueFound[] = [];
  let [left, tablesRead] = [limits.rows, 0];
  for (const [index, { table, looks }] of wanted.entries()) {
    limits.signal.throwIfAborted();
    const indexed = looks.filter(({ index: name, check }) => name !== null && check.range);
    const share = Math.floor(left / (wanted.length - index)) - indexed.length;
    if (share < 1 || Date.now() > limits.until) {
      const why = share < 1 ? 'the rows that may be read are read (--rows-read)' : 'the time is up (--timeout)';
      unseen.push({ what: `values of ${wanted.length - index} tables from ${table.id} on`, why });
      break;
    }
    if (index % 25 === 0) say(`values of ${table.id}, table ${index + 1} of ${wanted.length}`);
    const reader = new TableReader(session, table, unseen);
    for (const look of indexed) found.push(...(await reader.byIndex(look)));
    found.push(...(await reader.ends(looks, Math.min(share, rowsOf(table)))));
    left -= reader.rowsSpent;
    tablesRead += 1;
  }
  return { found: merged(found), rowsRead: (await rowsRead(session)) - before, tablesRead };
}

/** What another server or a file answers for, LIMIT does not bound. */
function isHere({ id, engine }: SourceTable, unseen: Unseen): boolean {
  if (/^(?:InnoDB|ROCKSDB|MyISAM|Aria|MEMORY)$/i.test(engine)) return true;
  unseen.push({
    what: `values of ${id}`,
    why: `its engine is ${engine}, which may read elsewhere, and without a limit`,
  });
  return false;
}

interface Look {
  readonly check: ValueCheck;
  readonly column: SourceColumn;
  /** That begins with the column; null when there is none. */
  readonly index: string | null;
}

const looksAt = (table: SourceTable, checks: readonly ValueCheck[]): Look[] =>
  table.columns.flatMap((column) =>
    checks
      .filter(({ suits }) => suits(column))
      .map((check) => ({
        check,
        column,
        index: table.indexes.find(({ columns, isOrdered }) => isOrdered && columns[0] === column.name)?.name ?? null,
      })),
  );

const rowsOf = ({ rowBytes }: SourceTable): number => Math.max(2, Math.floor(bytesOfTable / Math.max(1, rowBytes)));

/** Without what temporary tables cost: https://mariadb.com/kb/en/server-status-variables/#rows_read */
async function rowsRead(session: Session): Promise<number> {
  const [row] = await session.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Rows_read'");
  return Number(row!.Value);
}

class TableReader {
  rowsSpent = 0;
  readonly #session: Session;
  readonly #table: SourceTable;
  readonly #unseen: Unseen;
  readonly #from: string;

  constructor(session: Session, table: SourceTable, unseen: Unseen) {
    this.#session = session;
    this.#table = table;
    this.#unseen = unseen;
    this.#from = `${quoted(table.database)}.${quoted(table.name)}`;
  }

  async byIndex({ check, column, index }: Look): Promise<ValueFound[]> {
    const name = quoted(column.name);
    const sql = `SELECT 1 FROM ${this.#from} FORCE INDEX (${quoted(index!)}) WHERE ${check.range!(name)} LIMIT 1`;
    const rows = await this.#read(sql, 1, byRange);
    return rows.length > 0 ? [{ check, place: { where: `${this.#table.id}.${column.name}` } }] : [];
  }

  /** Up to `limit` rows: from the beginning, and when there are more from the end. */
  async ends(looks: readonly Look[], limit: number): Promise<ValueFound[]> {
    const key = primaryKey(this.#table).map(({ name }) => quoted(name));
    const isWhole = this.#table.rows <= limit || key.length === 0;
    const first = isWhole ? limit : Math.ceil(limit / 2);
    const bits = looks.map(({ check, column }) => `IFNULL(${check.condition(quoted(column.name))}, 0)`).join(', ');
    const select = (order: string, count: number) =>
      `SELECT CONCAT(${bits}) AS bits FROM ${this.#from}${order} LIMIT ${count}`;
    const by = (direction: string) =>
      key.length === 0 ? '' : ` ORDER BY ${key.map((name) => `${name} ${direction}`).join(', ')}`;
    const rows = await this.#read<{ bits: string }>(select(by('ASC'), first), first);
    if (!isWhole && rows.length === first)
      rows.push(...(await this.#read<{ bits: string }>(select(by('DESC'), limit - first), limit - first)));
    return looks.flatMap(({ check, column }, at) => {
      const hits = rows.filter(({ bits }) => bits[at] === '1').length;
      const what = `${hits} of ${rows.length} rows that were read`;
      return hits === 0 ? [] : [{ check, place: { where: `${this.#table.id}.${column.name}`, what } }];
    });
  }

  /** Nothing is read where the server would have to sort first, or to search: the limit would not hold then. */
  async #read<Row>(sql: string, limit: number, isFit: (step: PlanStep) => boolean = inOrder): Promise<Row[]> {
    const refused = failedBy(this.#unseen, `values of ${this.#table.id}`);
    const plan = await this.#session.rows<PlanStep>(`EXPLAIN ${sql}`).catch(refused);
    if (plan === null) return [];
    if (!plan.every(isFit)) {
      this.#unseen.push({ what: `values of ${this.#table.id}`, why: 'the server would read the whole table for it' });
      return [];
    }
    this.rowsSpent += limit;
    const rows = await this.#session.rows<Row>(sql).catch(refused);
    // Where an index has no such value, the server has read the row behind where it would be.
    if (limit > 1) this.rowsSpent -= limit - Math.min(limit, rows?.length ?? limit);
    return rows ?? [];
  }
}

/** Of EXPLAIN; `type` is null where the answer is known without reading. */
interface PlanStep {
  readonly type: string | null;
  readonly Extra: string | null;
}

const inOrder = ({ Extra }: PlanStep): boolean => !/filesort|temporary/.test(Extra ?? '');
const byRange = ({ type }: PlanStep): boolean => type === null || /^(?:range|ref|eq_ref|const|system)$/.test(type);

/** What an index and the rows have both found is one finding. */
function merged(found: readonly ValueFound[]): ValueFound[] {
  const byPlace = Map.groupBy(found, ({ check, place }) => `${check.code} ${place.where}`);
  return [...byPlace.values()].map((same) => same.find(({ place }) => place.what !== undefined) ?? same[0]!);
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
