import type { Session } from '@banyan/kit';
import { primaryKey, type SourceColumn, type SourceTable } from './schema.ts';
import { failedBy, type Unseen } from './unseen.ts';
import type { ValueCheck, ValueFound } from './values.ts';

export interface Look {
  readonly check: ValueCheck;
  readonly column: SourceColumn;
  /** That begins with the column; null when there is none. */
  readonly index: string | null;
}

/** Reads rows of one table, and counts how many at most. */
export class TableReader {
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

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
