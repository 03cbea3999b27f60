import { type ForeignKey, foreignKeysBy, type Session } from '@banyan/kit';
import * as rows from './catalogue-rows.ts';
import { holds } from './rights.ts';
import { refusedBy, type Unseen } from './unseen.ts';

export interface SourceColumn {
  readonly name: string;
  /** As declared: `bigint(20) unsigned`. */
  readonly type: string;
  /** `bigint`. */
  readonly base: string;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly isNullable: boolean;
  /** `VIRTUAL GENERATED`, `auto_increment`, …. */
  readonly extra: string;
  readonly fallback: string | null;
}

export interface SourceIndex {
  readonly name: string;
  readonly isUnique: boolean;
  /** It answers for a range. */
  readonly isOrdered: boolean;
  /** In its order. */
  readonly columns: readonly string[];
}

export interface SourceTable {
  readonly database: string;
  readonly name: string;
  /** `database.table`. */
  readonly id: string;
  /** `BASE TABLE`, `SYSTEM VERSIONED`, `SEQUENCE`. */
  readonly kind: string;
  readonly engine: string;
  /** Estimates of the engine. */
  readonly rows: number;
  readonly rowBytes: number;
  readonly options: string;
  readonly columns: readonly SourceColumn[];
  readonly indexes: readonly SourceIndex[];
}

/** A trigger or an event, `database.name`. */
export interface Program {
  readonly id: string;
  readonly table: string | null;
}

export interface SchemaFacts {
  readonly databases: readonly string[];
  readonly tables: readonly SourceTable[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Databases in which the user sees foreign keys, though `information_schema.referential_constraints` shows none. */
  readonly hiddenKeys: readonly string[];
  readonly triggers: readonly Program[];
  readonly events: readonly Program[];
}

const ofServer = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** The databases that the user may see, but for the server's own. */
export async function databasesOf(session: Session): Promise<string[]> {
  const sql = 'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name NOT IN (?) ORDER BY 1';
  return (await session.rows<{ name: string }>(sql, [ofServer])).map(({ name }) => name);
}

/** Reads the catalogue, no row of any table of the user's. `grants` say whether what is not shown is not there. Throws KitError. */
export async function schemaFacts(
  session: Session,
  databases: readonly string[],
  grants: readonly string[],
  unseen: Unseen,
  say: (text: string) => void,
): Promise<SchemaFacts> {
  const parts: Omit<SchemaFacts, 'databases'>[] = [];
  for (const [index, database] of databases.entries()) {
    say(`catalogue of ${database}, database ${index + 1} of ${databases.length}`);
    parts.push(await ofDatabase(session, database, grants, unseen));
  }
  return {
    databases,
    tables: parts.flatMap(({ tables }) => tables),
    foreignKeys: parts.flatMap(({ foreignKeys }) => foreignKeys),
    hiddenKeys: parts.flatMap(({ hiddenKeys }) => hiddenKeys),
    triggers: parts.flatMap(({ triggers }) => triggers),
    events: parts.flatMap(({ events }) => events),
  };
}

async function ofDatabase(
  session: Session,
  database: string,
  grants: readonly string[],
  unseen: Unseen,
): Promise<Omit<SchemaFacts, 'databases'>> {
  const columns = Map.groupBy(await session.rows<rows.ColumnRow>(rows.columnsSql, [database]), ({ owner }) => owner);
  const indexes = Map.groupBy(await session.rows<rows.IndexRow>(rows.indexesSql, [database]), ({ owner }) => owner);
  const tables = (await session.rows<rows.TableRow>(rows.tablesSql, [database])).map((row) =>
    rows.tableOf(database, row, columns.get(row.name) ?? [], indexes.get(row.name) ?? []),
  );
  const based = tables.filter(({ kind }) => kind !== 'SEQUENCE').map(({ id }) => id);
  const keyCount = await count(session, rows.keysSql, database);
  const visible = await count(session, rows.referentialSql, database);
  const ask = <Row>(sql: string, values: readonly unknown[]) => session.rows<Row>(sql, values);
  const foreignKeys =
    keyCount === 0
      ? []
      : await foreignKeysBy(ask, based).catch(refusedBy(unseen, `what foreign keys of ${database} do`));
  const programs = async (what: string, right: string, sql: string): Promise<Program[]> => {
    const found = await session.rows<{ name: string; owner: string | null }>(sql, [database]);
    // Without the right these are just not there: whoever sees none does not know.
    if (found.length === 0 && !holds(grants, right, database))
      unseen.push({ what: `${what} of ${database}`, why: `the user has no ${right} right there` });
    return found.map(({ name, owner }) => ({ id: `${database}.${name}`, table: owner }));
  };
  return {
    tables,
    foreignKeys: foreignKeys ?? [],
    hiddenKeys: keyCount > 0 && visible === 0 ? [database] : [],
    triggers: await programs('triggers', 'TRIGGER', rows.triggersSql),
    events: await programs('events', 'EVENT', rows.eventsSql),
  };
}

const count = async (session: Session, sql: string, database: string): Promise<number> =>
  Number((await session.rows<{ n: string }>(sql, [database]))[0]!.n);

/** The columns of the primary key, in its order; empty without one. */
export function primaryKey(table: SourceTable): SourceColumn[] {
  const names = table.indexes.find(({ name }) => name === 'PRIMARY')?.columns ?? [];
  return names.flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
}
