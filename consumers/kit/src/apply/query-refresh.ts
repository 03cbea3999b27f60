import { isDeepStrictEqual } from 'node:util';
import { type ChangeEvent, type Row, type SourceValue, sameValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { MirrorTable, Projection, QueryTable } from '../projection/index.ts';
import type { ChangeLog } from '../read-store/change-log.ts';
import type { Session } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { identity, valuesOf } from './coalesce.ts';
import { DirtyGroups } from './dirty-groups.ts';
import { literal } from './statements.ts';

const groupsPerStatement = 200;
/** A larger set is computed at once, in the open transaction, and again where it changes after that: memory stays bounded. */
const mostGroups = 20_000;

export interface QueryRefreshOptions {
  readonly session: Session;
  readonly projection: Projection;
  readonly filled: boolean;
  readonly log: ChangeLog;
}

/**
 * Keeps the queries of a projection true to their SELECTs: what changed rows make dirty is computed anew from the mirrors, in
 * the transaction that changes the mirrors. Before the snapshot is whole nothing is computed, then each is filled at once.
 */
export class QueryRefresh {
  readonly #session: Session;
  readonly #log: ChangeLog;
  readonly #queries: readonly { readonly query: QueryTable; readonly dirty: DirtyGroups }[];
  readonly #mirrors: ReadonlyMap<string, { readonly mirror: MirrorTable; readonly columns: readonly string[] }>;
  #filled: boolean;

  constructor({ session, projection: { queries, tables }, filled, log }: QueryRefreshOptions) {
    this.#session = session;
    this.#log = log;
    this.#queries = queries.map((query) => ({ query, dirty: new DirtyGroups(query, tables) }));
    this.#mirrors = new Map(
      tables.map((mirror) => [mirror.source, { mirror, columns: mirror.columns.map(({ from }) => from) }]),
    );
    this.#filled = filled;
  }

  /** To be called before its mirror has the changes of a table. Nothing is computed yet: it would be what the change is about to end. */
  async foresee(changes: readonly ChangeEvent[]): Promise<void> {
    if (!this.#filled) return;
    const { table } = changes[0]!;
    for (const { dirty } of this.#queries)
      if (dirty.readsItself(table)) await dirty.add(this.#session, this.#seen(changes));
  }

  /** To be called when the mirror has the changes of a table, and before another one has any. */
  async note(changes: readonly ChangeEvent[]): Promise<void> {
    if (!this.#filled || this.#queries.length === 0) return;
    const effective = this.#seen(changes);
    for (const { query, dirty } of this.#queries) {
      await dirty.add(this.#session, effective);
      if (dirty.size > mostGroups) await this.#compute(query, dirty.take());
    }
  }

  /** Computes groups of a query anew, dirty or not. */
  async recompute(name: string, groups: readonly (readonly SourceValue[])[]): Promise<void> {
    const found = this.#queries.find(({ query }) => query.name === name);
    if (found && this.#filled) await this.#compute(found.query, groups);
  }

  /** To be called before the commit of a checkpoint, with whether it is `filled`: until then nobody reads the read model. */
  async finish(filled: boolean): Promise<void> {
    if (!filled) return;
    for (const { query, dirty } of this.#queries) {
      const { all } = dirty;
      const groups = dirty.take();
      if (!this.#filled || all) await this.#fill(query);
      else await this.#compute(query, groups);
    }
    this.#filled = true;
  }

  #seen(changes: readonly ChangeEvent[]): ChangeEvent[] {
    return changes.filter((change) => this.#isSeen(change));
  }

  /** Whether a column that the mirror has is another now: a row is often changed for a column that no query reads. */
  #isSeen(change: ChangeEvent): boolean {
    if (change.operation !== 'update' || change.before === null) return true;
    const { mirror, columns } = this.#mirrors.get(change.table)!;
    const after = valuesOf(mirror, columns, change.after, change);
    return valuesOf(mirror, columns, change.before, change).some((value, index) => !sameValue(value, after[index]));
  }

  async #fill(query: QueryTable): Promise<void> {
    await this.#run(query, `DELETE FROM ${quoted(query.name)}`);
    await this.#run(query, insertOf(query, ''));
    this.#log.reset(query);
  }

  async #compute(query: QueryTable, groups: readonly (readonly SourceValue[])[]): Promise<void> {
    for (let from = 0; from < groups.length; from += groupsPerStatement) {
      const where = this.#whereOf(query, groups.slice(from, from + groupsPerStatement));
      const before = await this.#rows(query, where);
      await this.#run(query, `DELETE FROM ${quoted(query.name)} WHERE ${where}`);
      await this.#run(query, insertOf(query, `WHERE ${where}`));
      this.#tell(query, before, await this.#rows(query, where));
    }
  }

  /** By key; none when nobody follows the query. */
  async #rows(query: QueryTable, where: string): Promise<Map<string, Row>> {
    if (!this.#log.follows(query)) return new Map();
    const rows = await this.#session.rows<Row>(`SELECT * FROM ${quoted(query.name)} WHERE ${where}`);
    return new Map(rows.map((row) => [identity(query.key.map(({ name }) => row[name]!)), row]));
  }

  /** A row that came out as it was is no change. */
  #tell(query: QueryTable, before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>): void {
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(key) ?? null, after.get(key) ?? null];
      if (!isDeepStrictEqual(was, is)) this.#log.note(query, was, is);
    }
  }

  /** Also column by column: MariaDB pushes such a condition down into the SELECT, but not one of several columns together. */
  #whereOf({ group }: QueryTable, groups: readonly (readonly SourceValue[])[]): string {
    const names = group.map(({ name }) => quoted(name));
    const conditions = names.map((name) => `${name} IN (?)`);
    const values: unknown[] = names.map((_, index) => groups.map((one) => literal(one[index]!)));
    if (names.length > 1) {
      conditions.push(`(${names.join(', ')}) IN (?)`);
      values.push(groups.map((one) => one.map(literal)));
    }
    return this.#session.text(conditions.join(' AND '), values);
  }

  async #run({ name }: QueryTable, sql: string): Promise<void> {
    try {
      await this.#session.run(sql);
    } catch (thrown) {
      const error = KitError.from(thrown);
      if (error.code !== 'row-refused') throw error;
      const text = `query '${name}': ${error.message}`;
      const remedy = 'compare its key and its column types with what the SELECT gives';
      throw new KitError('row-refused', text, { remedy, cause: error, query: name });
    }
  }
}

function insertOf({ name, columns, select }: QueryTable, where: string): string {
  const list = columns.map((column) => quoted(column.name)).join(', ');
  return `INSERT INTO ${quoted(name)} (${list}) SELECT ${list} FROM (\n${select}\n) q ${where}`;
}
