import { type ForeignKey, foreignKeysBy, type Session } from '@banyan/kit';
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
  const columns = Map.groupBy(await session.rows<ColumnRow>(columnsSql, [database]), ({ owner }) => owner);
  const indexes = Map.groupBy(await session.rows<IndexRow>(indexesSql, [database]), ({ owner }) => owner);
  const tables = (await session.rows<TableRow>(tablesSql, [database])).map((row) =>
    tableOf(database, row, columns.get(row.name) ?? [], indexes.get(row.name) ?? []),
  );
  const based = tables.filter(({ kind }) => kind !== 'SEQUENCE').map(({ id }) => id);
  const keyCount = await count(session, keysSql, database);
  const visible = await count(session, referentialSql, database);
  const ask = <Row>(sql: string, values: readonly unknown[]) => session.rows<Row>(sql, values);
  const foreignKeys =
    keyCount === 0
      ? []
      : await foreignKeysBy(ask, based).catch(refusedBy(unseen, `what foreign keys of ${database} do`));
  const programs = async (what: string, right: string, sql: string): Promise<Program[]> => {
    const rows = await session.rows<{ name: string; owner: string | null }>(sql, [database]);
    // Without the right these are just not there: whoever sees none does not know.
    if (rows.length === 0 && !holds(grants, right, database))
      unseen.push({ what: `${what} of ${database}`, why: `the user has no ${right} right there` });
    return rows.map(({ name, owner }) => ({ id: `${database}.${name}`, table: owner }));
  };
  return {
    tables,
    foreignKeys: foreignKeys ?? [],
    hiddenKeys: keyCount > 0 && visible === 0 ? [database] : [],
    triggers: await programs('triggers', 'TRIGGER', triggersSql),
    events: await programs('events', 'EVENT', eventsSql),
  };
}

const count = async (session: Session, sql: string, database: string): Promise<number> =>
  Number((await session.rows<{ n: string }>(sql, [database]))[0]!.n);

interface TableRow {
  readonly name: string;
  readonly kind: string;
  readonly engine: string | null;
  readonly row_estimate: string | null;
  readonly row_bytes: string | null;
  readonly options: string | null;
}

interface ColumnRow {
  readonly owner: string;
  readonly name: string;
  readonly type: string;
  readonly base: string;
  readonly charset: string | null;
  readonly coll: string | null;
  readonly nullable: string;
  readonly extra: string;
  readonly fallback: string | null;
}

interface IndexRow {
  readonly owner: string;
  readonly name: string;
  readonly non_unique: string | number;
  readonly is_ordered: string | number;
  readonly column_name: string;
}

const tablesSql = `
  SELECT table_name AS name, table_type AS kind, engine, table_rows AS row_estimate, avg_row_length AS row_bytes, create_options AS options
  FROM information_schema.tables
  WHERE table_schema = ? AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') ORDER BY table_name`;
const columnsSql = `
  SELECT table_name AS owner, column_name AS name, column_type AS type, data_type AS base, character_set_name AS charset,
         collation_name AS coll, is_nullable AS nullable, extra, column_default AS fallback
  FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position`;
const indexesSql = `
  SELECT table_name AS owner, index_name AS name, non_unique, column_name, index_type = 'BTREE' AS is_ordered
  FROM information_schema.statistics WHERE table_schema = ? AND index_type IN ('BTREE', 'HASH') ORDER BY table_name, index_name, seq_in_index`;
const keysSql = `
  SELECT COUNT(DISTINCT table_name, constraint_name) AS n FROM information_schema.key_column_usage
  WHERE table_schema = ? AND referenced_table_name IS NOT NULL`;
const referentialSql =
  'SELECT COUNT(*) AS n FROM information_schema.referential_constraints WHERE constraint_schema = ?';
const triggersSql = `
  SELECT trigger_name AS name, event_object_table AS owner FROM information_schema.triggers WHERE trigger_schema = ? ORDER BY 1`;
const eventsSql = `
  SELECT event_name AS name, NULL AS owner FROM information_schema.events WHERE event_schema = ? AND status = 'ENABLED' ORDER BY 1`;

function tableOf(
  database: string,
  row: TableRow,
  columns: readonly ColumnRow[],
  indexes: readonly IndexRow[],
): SourceTable {
  return {
    database,
    name: row.name,
    id: `${database}.${row.name}`,
    kind: row.kind,
    engine: row.engine ?? 'unknown',
    rows: Number(row.row_estimate ?? 0),
    rowBytes: Number(row.row_bytes ?? 0),
    options: row.options ?? '',
    columns: columns.map(({ coll, nullable, ...column }) => ({
      ...column,
      collation: coll,
      isNullable: nullable === 'YES',
    })),
    indexes: [...Map.groupBy(indexes, ({ name }) => name)].map(([name, parts]) => ({
      name,
      isUnique: Number(parts[0]!.non_unique) === 0,
      isOrdered: Number(parts[0]!.is_ordered) === 1,
      columns: parts.map(({ column_name }) => column_name),
    })),
  };
}

/** The columns of the primary key, in its order; empty without one. */
export function primaryKey(table: SourceTable): SourceColumn[] {
  const names = table.indexes.find(({ name }) => name === 'PRIMARY')?.columns ?? [];
  return names.flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
}
