import type { SourceTable } from './schema.ts';

export interface TableRow {
  readonly name: string;
  readonly kind: string;
  readonly engine: string | null;
  readonly row_estimate: string | null;
  readonly row_bytes: string | null;
  readonly options: string | null;
}

export interface ColumnRow {
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

export interface IndexRow {
  readonly owner: string;
  readonly name: string;
  readonly non_unique: string | number;
  readonly is_ordered: string | number;
  readonly column_name: string;
}

export const tablesSql = `
  SELECT table_name AS name, table_type AS kind, engine, table_rows AS row_estimate, avg_row_length AS row_bytes, create_options AS options
  FROM information_schema.tables
  WHERE table_schema = ? AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') ORDER BY table_name`;
export const columnsSql = `
  SELECT table_name AS owner, column_name AS name, column_type AS type, data_type AS base, character_set_name AS charset,
         collation_name AS coll, is_nullable AS nullable, extra, column_default AS fallback
  FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position`;
export const indexesSql = `
  SELECT table_name AS owner, index_name AS name, non_unique, column_name, index_type = 'BTREE' AS is_ordered
  FROM information_schema.statistics WHERE table_schema = ? AND index_type IN ('BTREE', 'HASH') ORDER BY table_name, index_name, seq_in_index`;
export const keysSql = `
  SELECT COUNT(DISTINCT table_name, constraint_name) AS n FROM information_schema.key_column_usage
  WHERE table_schema = ? AND referenced_table_name IS NOT NULL`;
export const referentialSql =
  'SELECT COUNT(*) AS n FROM information_schema.referential_constraints WHERE constraint_schema = ?';
export const triggersSql = `
  SELECT trigger_name AS name, event_object_table AS owner FROM information_schema.triggers WHERE trigger_schema = ? ORDER BY 1`;
export const eventsSql = `
  SELECT event_name AS name, NULL AS owner FROM information_schema.events WHERE event_schema = ? AND status = 'ENABLED' ORDER BY 1`;

export function tableOf(
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
