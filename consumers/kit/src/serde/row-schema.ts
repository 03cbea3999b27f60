import type { SourceValue } from '../change-event/index.ts';
import { defaultOf } from './column-default.ts';

/** What a column is, as far as the connector's schemas tell: text has no length in them, and several integer types are one. */
export interface ColumnShape {
  readonly kind: ColumnKind;
  /** Of a DECIMAL. */
  readonly precision: number;
  readonly scale: number;
  /** As the source would say it, for messages. */
  readonly text: string;
  /** What a row has that was there before the column was; null when that cannot be told. */
  readonly added: SourceValue;
}

export type ColumnKind =
  | ('int16' | 'int32' | 'int64' | 'year' | 'decimal' | 'float' | 'double' | 'boolean' | 'bits')
  | ('text' | 'enum' | 'set' | 'uuid' | 'bytes' | 'other')
  | ('date' | 'time' | 'datetime-3' | 'datetime-6' | 'timestamp');

/** The columns of a table's rows, by the connector's names. */
export type RowSchema = Readonly<Record<string, ColumnShape>>;

export interface AvroField {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}
interface AvroType {
  readonly type?: string;
  readonly fields?: readonly AvroField[];
  readonly 'connect.name'?: string;
  readonly 'connect.type'?: string;
  readonly 'connect.parameters'?: Readonly<Record<string, string>>;
  readonly precision?: number;
  readonly scale?: number;
}

/** Of Debezium's envelope; null for any other schema. */
export function rowSchemaOf(schema: unknown): RowSchema | null {
  const { name, fields = [] } = (schema ?? {}) as { readonly name?: unknown; readonly fields?: readonly AvroField[] };
  if (name !== 'Envelope') return null;
  // The record is defined where it is named first, in `before`.
  const row = [fields.find((field) => field.name === 'before')?.type].flat(2) as (AvroType | undefined)[];
  const columns = row.find((part) => part?.fields !== undefined)?.fields;
  return columns ? Object.fromEntries(columns.map((field) => [field.name, columnShape(field)])) : null;
}

/** By `connect.name`; with `adaptive_time_microseconds` and precise decimals. Source: Debezium MariaDB connector page, "Data type mappings". */
const named: Readonly<Record<string, readonly [ColumnKind, string]>> = {
  'org.apache.kafka.connect.data.Decimal': ['decimal', 'DECIMAL'],
  'io.debezium.data.Enum': ['enum', 'ENUM'],
  'io.debezium.data.EnumSet': ['set', 'SET'],
  'io.debezium.data.Bits': ['bits', 'BIT'],
  'io.debezium.data.Uuid': ['uuid', 'UUID'],
  'io.debezium.data.Json': ['text', 'JSON'],
  'io.debezium.time.Year': ['year', 'YEAR'],
  'io.debezium.time.Date': ['date', 'DATE'],
  'io.debezium.time.MicroTime': ['time', 'TIME'],
  'io.debezium.time.Timestamp': ['datetime-3', 'DATETIME of up to 3 digits'],
  'io.debezium.time.MicroTimestamp': ['datetime-6', 'DATETIME of 4 to 6 digits'],
  'io.debezium.time.ZonedTimestamp': ['timestamp', 'TIMESTAMP'],
};
const plain: Readonly<Record<string, readonly [ColumnKind, string]>> = {
  int: ['int32', 'INT, MEDIUMINT or SMALLINT UNSIGNED'],
  long: ['int64', 'BIGINT or INT UNSIGNED'],
  float: ['float', 'FLOAT'],
  double: ['double', 'DOUBLE'],
  boolean: ['boolean', 'BIT(1)'],
  string: ['text', 'a text'],
  bytes: ['bytes', 'BINARY, VARBINARY or BLOB'],
};

function columnShape(field: AvroField): ColumnShape {
  const own = [field.type].flat().find((part) => part !== 'null');
  const type: AvroType = typeof own === 'string' ? { type: own } : ((own ?? {}) as AvroType);
  const [kind, word] = kindOf(type);
  const { precision = 0, scale = 0, 'connect.parameters': parameters = {} } = type;
  const text = textOf(kind, word, precision, scale, parameters);
  return { kind, precision, scale, text, added: defaultOf(field, own, kind) };
}

function kindOf(type: AvroType): readonly [ColumnKind, string] {
  const name = type['connect.name'];
  if (name !== undefined) return Object.hasOwn(named, name) ? named[name]! : ['other', name];
  if (type['connect.type'] === 'int16') return ['int16', 'TINYINT or SMALLINT'];
  return plain[type.type ?? ''] ?? ['other', String(type.type)];
}

function textOf(
  kind: ColumnKind,
  word: string,
  precision: number,
  scale: number,
  { allowed, length }: Readonly<Record<string, string>>,
): string {
  if (kind === 'decimal')
    return precision === 20 && scale === 0 ? 'BIGINT UNSIGNED or DECIMAL(20,0)' : `DECIMAL(${precision},${scale})`;
  if (kind === 'enum' || kind === 'set') return `${word}(${allowed ?? ''})`;
  return kind === 'bits' ? `${word}(${length ?? ''})` : word;
}
