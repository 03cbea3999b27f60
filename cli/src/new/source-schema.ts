import type { Connection, RowDataPacket } from 'mysql2/promise';
import { CliError } from '../errors.ts';

/** A column as information_schema has it. */
export interface SourceColumn {
  readonly name: string;
  /** As MariaDB writes it, `decimal(19,4)`, without collation. */
  readonly type: string;
  readonly isNullable: boolean;
  /** Null where it is no text. */
  readonly collation: string | null;
  readonly isGenerated: boolean;
}

export interface SourceKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique: boolean;
}

export interface SourceForeignKey {
  readonly columns: readonly string[];
  /** `database.table`. */
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** It removes or changes its children by itself. */
  readonly acts: boolean;
  readonly deletes: boolean;
}

export interface SourceTable {
  readonly database: string;
  readonly name: string;
  /** Views and sequences have none. */
  readonly engine: string | null;
  /** An estimate of the server. */
  readonly rows: number;
  readonly columns: readonly SourceColumn[];
  /** Empty where there is none. */
  readonly key: readonly string[];
  readonly keys: readonly SourceKey[];
  readonly foreignKeys: readonly SourceForeignKey[];
}

export const sourceName = ({ database, name }: Pick<SourceTable, 'database' | 'name'>): string => `${database}.${name}`;

/** The server's own. */
const systemDatabases = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** The databases that the account sees. */
export async function databasesOf(source: Connection): Promise<string[]> {
  const rows = await ask(source, 'SELECT schema_name AS name FROM information_schema.schemata ORDER BY 1');
  return rows.map(({ name }) => String(name)).filter((name) => !systemDatabases.includes(name.toLowerCase()));
}

/** The tables of one database, read-only from information_schema and SHOW CREATE TABLE. Throws CliError `unknown-database`. */
export async function tablesIn(source: Connection, database: string): Promise<SourceTable[]> {
  const tables = await ask(
    source,
    `SELECT table_name AS name, engine, table_rows AS estimate, table_type AS kind FROM information_schema.tables
     WHERE table_schema = ? ORDER BY table_name`,
    [database],
  );
  if (tables.length === 0) {
    const all = await databasesOf(source);
    throw new CliError('unknown-database', `there is no table in a database '${database}' that this account may read`, {
      remedy: all.length > 0 ? `it sees ${all.join(', ')}` : 'give it SELECT on the database',
    });
  }
  const columns = await ask(
    source,
    `SELECT table_name AS tab, column_name AS name, column_type AS type, is_nullable AS nullable,
            collation_name AS collation, is_generated AS generated
     FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position`,
    [database],
  );
  const keys = await ask(
    source,
    `SELECT table_name AS tab, index_name AS name, column_name AS col, non_unique AS many
     FROM information_schema.statistics WHERE table_schema = ? AND sub_part IS NULL AND index_type = 'BTREE'
     ORDER BY table_name, index_name, seq_in_index`,
    [database],
  );
  const references = await ask(
    source,
    `SELECT table_name AS tab, constraint_name AS name, column_name AS col,
            CONCAT(referenced_table_schema, '.', referenced_table_name) AS parent, referenced_column_name AS parent_col
     FROM information_schema.key_column_usage WHERE table_schema = ? AND referenced_table_name IS NOT NULL
     ORDER BY table_name, constraint_name, ordinal_position`,
    [database],
  );
  const acting = await actingKeys(source, database, [...new Set(references.map(({ tab }) => String(tab)))]);
  const of = (rows: readonly RowDataPacket[], table: string) => rows.filter(({ tab }) => tab === table);
  return tables.map(({ name, engine, estimate, kind }) => {
    const indexes = [...Map.groupBy(of(keys, name), (row) => String(row.name))].map(([index, rows]) => ({
      name: index,
      columns: rows.map(({ col }) => String(col)),
      isUnique: Number(rows[0]!.many) === 0,
    }));
    return {
      ...{ database, name: String(name), rows: Number(estimate ?? 0) },
      engine: kind === 'BASE TABLE' ? String(engine) : null,
      columns: of(columns, name).map((row) => ({
        ...{ name: String(row.name), type: String(row.type), collation: row.collation as string | null },
        ...{ isNullable: row.nullable === 'YES', isGenerated: row.generated === 'ALWAYS' },
      })),
      key: indexes.find((index) => index.name === 'PRIMARY')?.columns ?? [],
      keys: indexes,
      foreignKeys: [...Map.groupBy(of(references, name), (row) => String(row.name))].map(([constraint, rows]) => ({
        columns: rows.map(({ col }) => String(col)),
        parent: String(rows[0]!.parent),
        parentColumns: rows.map(({ parent_col }) => String(parent_col)),
        ...(acting.get(`${name}.${constraint}`) ?? { acts: false, deletes: false }),
      })),
    };
  });
}

/** Which keys change children by themselves: to one who may only SELECT, SHOW CREATE TABLE alone tells it. */
async function actingKeys(source: Connection, database: string, tables: readonly string[]) {
  const found = new Map<string, { readonly acts: boolean; readonly deletes: boolean }>();
  for (const table of tables) {
    const [row] = await ask(source, 'SHOW CREATE TABLE ??.??', [database, table]);
    for (const line of String(row!['Create Table']).split('\n')) {
      const name = /^ *CONSTRAINT `((?:[^`]|``)+)` FOREIGN KEY /.exec(line)?.[1]?.replaceAll('``', '`');
      if (name === undefined) continue;
      const deletes = / ON DELETE CASCADE\b/.test(line);
      found.set(`${table}.${name}`, { acts: / ON (DELETE|UPDATE) (CASCADE|SET NULL)\b/.test(line), deletes });
    }
  }
  return found;
}

async function ask(source: Connection, sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
  const [rows] = await source.query<RowDataPacket[]>(sql, values);
  return rows;
}
