/** What a column's value is in JavaScript after the kit's serde: `consumers/kit/src/serde/avro-types.ts`. */
export type ColumnType = 'bigint' | 'number' | 'string' | 'boolean' | 'Uint8Array' | 'unknown';

export interface ColumnOf {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** What it is made of, as in `bytes org.apache.kafka.connect.data.Decimal 19,4`: two that differ here are two types. */
  readonly shape: string;
  /** For people, as in `decimal(19,4)` or `enum: current, savings`; null when the type says it all. */
  readonly remark: string | null;
}

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

interface Attributes {
  readonly type?: unknown;
  readonly fields?: readonly Field[];
  readonly scale?: number;
  readonly precision?: number;
  readonly 'connect.name'?: string;
  readonly 'connect.parameters'?: Readonly<Record<string, string>>;
}

const texts = new Set([
  'org.apache.kafka.connect.data.Decimal',
  'io.debezium.time.Date',
  'io.debezium.time.Timestamp',
  'io.debezium.time.MicroTimestamp',
  'io.debezium.time.MicroTime',
  'io.debezium.time.ZonedTimestamp',
]);

const plain: Readonly<Record<string, ColumnType>> = {
  long: 'bigint',
  int: 'number',
  float: 'number',
  double: 'number',
  string: 'string',
  boolean: 'boolean',
  bytes: 'Uint8Array',
};

/** The columns of a table's row (in an envelope: those of `before`, where the row's record is written out) or of its key. */
export function columnsOf(schema: unknown): ColumnOf[] {
  const record = schema as Attributes;
  const before = record.fields?.find(({ name }) => name === 'before');
  const isEnvelope = before !== undefined && record.fields?.some(({ name }) => name === 'op');
  const row = isEnvelope ? alternativesOf(before.type).find((one) => one !== 'null') : record;
  return ((row as Attributes).fields ?? []).map(columnOf);
}

/** The schema without its columns: Debezium's own fields. */
export function envelopeOf(schema: unknown): unknown {
  const { fields = [], ...rest } = schema as Attributes;
  return { ...rest, fields: fields.filter(({ name }) => name !== 'before' && name !== 'after') };
}

const alternativesOf = (type: unknown): readonly unknown[] => (Array.isArray(type) ? type : [type]);

function columnOf(field: Field): ColumnOf {
  const alternatives = alternativesOf(field.type);
  const type = alternatives.find((one) => one !== 'null');
  const attributes: Attributes = typeof type === 'object' && type !== null ? type : { type };
  const base = String(attributes.type);
  const name = attributes['connect.name'] ?? '';
  const digits =
    attributes.precision === undefined ? (attributes.scale ?? '') : `${attributes.precision},${attributes.scale ?? 0}`;
  return {
    name: field.name,
    type: texts.has(name) ? 'string' : (plain[base] ?? 'unknown'),
    nullable: alternatives.includes('null'),
    hasDefault: field.default !== undefined,
    shape: [base, name, digits].filter((part) => part !== '').join(' '),
    remark: remarkOf(name, String(digits), attributes),
  };
}

function remarkOf(name: string, digits: string, { 'connect.parameters': parameters }: Attributes): string | null {
  if (name === 'org.apache.kafka.connect.data.Decimal') return `decimal(${digits})`;
  const allowed = parameters?.allowed;
  if (name.startsWith('io.debezium.data.Enum') && allowed !== undefined)
    return `one of ${allowed.replaceAll(',', ', ')}`;
  const short: Readonly<Record<string, string>> = {
    'io.debezium.time.Date': 'as in 2026-02-28',
    'io.debezium.time.Timestamp': 'as in 2026-02-28 08:30:00.000',
    'io.debezium.time.MicroTimestamp': 'as in 2026-02-28 08:30:00.000000',
    'io.debezium.time.MicroTime': 'as in 08:30:00.000000',
    'io.debezium.time.ZonedTimestamp': 'as in 2026-02-28 08:30:00, UTC',
    'io.debezium.time.Year': 'year',
    'io.debezium.data.Bits': 'bits, big-endian',
    'io.debezium.data.Json': 'JSON',
  };
  return short[name] ?? null;
}
