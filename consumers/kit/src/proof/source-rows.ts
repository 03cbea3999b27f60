import type { Row, SourceValue } from '../change-event/index.ts';
import type { MirrorTable } from '../projection/index.ts';
import { quoted, type Session } from '../read-store/index.ts';
import type { KeyValue } from './key-range.ts';

/** Columns of a source table that are captured, with their types. */
export type CapturedColumns = readonly { readonly name: string; readonly type: string }[];

/** `fields` are the columns as the connector names them in its records. */
export async function capturedColumns(
  session: Session,
  source: string,
  fields: ReadonlySet<string>,
): Promise<CapturedColumns> {
  const columns = await session.rows<{ name: string; type: string }>(
    'SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = ? AND table_name = ?',
    [source.slice(0, source.indexOf('.')), source.slice(source.indexOf('.') + 1)],
  );
  return columns.filter(({ name }) => fields.has(name) || fields.has(adjusted(name)));
}

/** As the connector makes an Avro name of it. */
const adjusted = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^\d/, '_$&');

/** The rows of these keys as they stand in the open snapshot, in the order of the keys; null where there is none. */
export async function sourceRows(
  session: Session,
  { source, key }: MirrorTable,
  columns: CapturedColumns,
  keys: readonly (readonly KeyValue[])[],
): Promise<{ readonly key: Row; readonly row: Row | null }[]> {
  const list = columns.map(({ name }) => quoted(name)).join(', ');
  const from = source.split('.').map(quoted).join('.');
  const condition = key.map((column) =>
    column.type.base === 'bit' ? `${quoted(column.from)} + 0 = ?` : `${quoted(column.from)} = ?`,
  );
  const rows: { key: Row; row: Row | null }[] = [];
  for (const values of keys) {
    const sql = `SELECT ${list} FROM ${from} WHERE ${condition.join(' AND ')}`;
    const [found] = await session.rows<Record<string, unknown>>(sql, values);
    rows.push({
      key: Object.fromEntries(key.map((column, index) => [column.from, keyValue(column.type.base, values[index]!)])),
      row: found ? Object.fromEntries(columns.map(({ name, type }) => [name, exact(type, found[name])])) : null,
    });
  }
  return rows;
}

/** As the decoder gives a value: 64-bit integers as bigint, bytes as bytes, all else as it is. */
function exact(type: string, value: unknown): SourceValue {
  if (type === 'bigint' && value !== null) return BigInt(value as string | number);
  return value as SourceValue;
}

/** A BIT key is compared as a number, and is bytes in a change event. */
function keyValue(base: string, value: KeyValue): SourceValue {
  if (base !== 'bit' || Buffer.isBuffer(value)) return value;
  const hex = BigInt(value).toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}
