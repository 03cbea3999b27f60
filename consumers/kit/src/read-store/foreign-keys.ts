import mysql from 'mysql2/promise';
import { KitError } from '../errors.ts';
import type { Projection } from '../projection/index.ts';
import { type DatabaseAccess, errnoOf, exactOptions, type Session } from './session.ts';

export type ReferentialAction = 'cascade' | 'set null' | 'none';

/** A foreign key of the monolith that changes children by itself. Columns by their names in the source, in the key's order. */
export interface ForeignKey {
  readonly name: string;
  /** `database.table`. */
  readonly child: string;
  readonly childColumns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
}

interface Column {
  readonly name: string;
  readonly child: string;
  readonly child_column: string;
  readonly parent: string;
  readonly parent_column: string;
}

// Once a table, not over all of them: MariaDB opens each table that information_schema is asked about.
const catalogue = `
  SELECT constraint_name AS name, CONCAT(table_schema, '.', table_name) AS child, column_name AS child_column,
         CONCAT(referenced_table_schema, '.', referenced_table_name) AS parent, referenced_column_name AS parent_column
  FROM information_schema.key_column_usage
  WHERE table_schema = ? AND table_name = ? AND referenced_table_name IS NOT NULL
  ORDER BY constraint_name, ordinal_position`;

/**
 * The foreign keys of these tables (`database.table`) that act by themselves. SELECT on the tables is all it needs.
 * Throws KitError `source-unreachable`, which is worth a wait.
 */
export async function readForeignKeys(
  source: Omit<DatabaseAccess, 'database'>,
  tables: readonly string[],
): Promise<ForeignKey[]> {
  const fail = (error: unknown): never => {
    const text = error instanceof Error ? error.message : String(error);
    throw new KitError('source-unreachable', `the source database ${source.host}:${source.port}: ${text}`, {
      cause: error,
    });
  };
  const connection = await mysql.createConnection(exactOptions({ ...source, database: '' })).catch(fail);
  connection.on('error', () => {});
  try {
    return await foreignKeysBy(async (sql, values) => (await connection.query<never>(sql, [...values]))[0], tables);
  } catch (error) {
    return fail(error);
  } finally {
    connection.destroy();
  }
}

/** How a question is put to the source: `??` stands for a name, `?` for a value. */
export type Ask = <Row>(sql: string, values: readonly unknown[]) => Promise<Row[]>;

/** The same over a connection that is there. Throws what `ask` throws. */
export async function foreignKeysBy(ask: Ask, tables: readonly string[]): Promise<ForeignKey[]> {
  const keys: ForeignKey[] = [];
  for (const table of tables) {
    const dot = table.indexOf('.');
    const columns = await ask<Column>(catalogue, [table.slice(0, dot), table.slice(dot + 1)]);
    const statement = await statementOf(ask, table);
    for (const key of Map.groupBy(columns, ({ name }) => name).values()) keys.push(foreignKey(key, statement));
  }
  return keys.filter(({ onDelete, onUpdate }) => onDelete !== 'none' || onUpdate !== 'none');
}

const noSuchTable = 1146;

/** Refused to one who may not read the table, who would see no columns either. Empty for a table that is no more. */
async function statementOf(ask: Ask, table: string): Promise<string> {
  const dot = table.indexOf('.');
  const name = [table.slice(0, dot), table.slice(dot + 1)];
  try {
    const [row] = await ask<Record<string, unknown>>('SHOW CREATE TABLE ??.??', name);
    return String(row!['Create Table']);
  } catch (error) {
    if ((errnoOf(error) ?? (error as { errno?: number }).errno) === noSuchTable) return '';
    throw error;
  }
}

/**
 * What a key does, as SHOW CREATE TABLE has it at the end of its line (https://mariadb.com/kb/en/show-create-table/). Not from
 * `information_schema.referential_constraints`: to a user who may only SELECT that is empty, without an error.
 */
function foreignKey(columns: readonly Column[], statement: string): ForeignKey {
  const { name, child, parent } = columns[0]!;
  const starts = [name, name.replaceAll('`', '``')].map((one) => `CONSTRAINT \`${one}\` FOREIGN KEY `);
  const line = statement.split('\n').find((one) => starts.some((start) => one.trimStart().startsWith(start)));
  if (line === undefined) throw new Error(`SHOW CREATE TABLE of ${child} does not tell the foreign key ${name}`);
  const rules = /\)( ON DELETE [A-Z ]+?)?( ON UPDATE [A-Z ]+?)?,?$/.exec(line);
  return {
    name,
    child,
    parent,
    childColumns: columns.map(({ child_column }) => child_column),
    parentColumns: columns.map(({ parent_column }) => parent_column),
    onDelete: actionOf(rules?.[1]),
    onUpdate: actionOf(rules?.[2]),
  };
}

/** Keeps them, for a start without the source. */
export async function storeForeignKeys(
  session: Session,
  projection: Projection,
  keys: readonly ForeignKey[],
): Promise<void> {
  const sql = 'UPDATE banyan_checkpoint SET foreign_keys = ? WHERE projection = ?';
  await session.run(sql, [JSON.stringify(keys), projection.name]);
}

/** Null when they were never read. */
export async function storedForeignKeys(session: Session, { name }: Projection): Promise<ForeignKey[] | null> {
  const sql = 'SELECT foreign_keys FROM banyan_checkpoint WHERE projection = ?';
  const [row] = await session.rows<{ foreign_keys: string | null }>(sql, [name]);
  return row?.foreign_keys ? (JSON.parse(row.foreign_keys) as ForeignKey[]) : null;
}

function actionOf(rule: string | undefined): ReferentialAction {
  if (rule?.endsWith('CASCADE')) return 'cascade';
  return rule?.endsWith('SET NULL') ? 'set null' : 'none';
}

/**
 * Those that reach what a projection has: one that changes only columns it has not declared does not. What a child loses with its
 * parent is only known to whoever has both: throws KitError `declaration` that names the table or column to declare.
 */
export function foreignKeysOf({ name, tables }: Projection, keys: readonly ForeignKey[]): ForeignKey[] {
  return keys.filter((key) => {
    const child = tables.find(({ source }) => source === key.child);
    const has = (column: string) => child!.columns.some(({ from }) => from === column);
    if (!child || (key.onDelete !== 'cascade' && !key.childColumns.some(has))) return false;
    const acts = [
      key.onDelete !== 'none' && `ON DELETE ${key.onDelete}`,
      key.onUpdate !== 'none' && `ON UPDATE ${key.onUpdate}`,
    ];
    const told = acts.filter(Boolean).join(', ').toUpperCase();
    const refuse = (remedy: string): never => {
      const what = `${key.child} has the foreign key ${key.name} to ${key.parent} (${told}), which the binlog does not show`;
      throw new KitError('declaration', `${name}.${child.name}: ${what}`, { remedy });
    };
    if (!tables.some(({ source }) => source === key.parent)) refuse(`declare ${key.parent} too`);
    const missing = key.childColumns.find((column) => !has(column));
    if (missing) refuse(`declare its column ${missing}`);
    return true;
  });
}
