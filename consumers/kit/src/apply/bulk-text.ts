import type { SourceValue } from '../change-event/index.ts';
import type { Column, MirrorTable } from '../projection/declaration.ts';
import { quoted } from '../read-store/tables.ts';
import { literal } from './statements.ts';

/**
 * LOAD DATA of rows that come as text, whatever file it seems to name. REPLACE matches the primary key alone, as there is no other
 * key, and writes all columns. It also keeps the server strict, which LOCAL alone is not: what does not fit is an error.
 */
export function loadSql({ name, columns }: MirrorTable): string {
  const fields = columns.map((column, index) => (isBytes(column) ? `@b${index}` : quoted(column.name)));
  const sets = columns.flatMap((column, index) =>
    isBytes(column) ? [`${quoted(column.name)} = UNHEX(@b${index})`] : [],
  );
  return `LOAD DATA LOCAL INFILE 'rows' REPLACE INTO TABLE ${quoted(name)} CHARACTER SET utf8mb4
    FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' STARTING BY ''
    (${fields.join(', ')})${sets.length > 0 ? ` SET ${sets.join(', ')}` : ''}`;
}

const isBytes = ({ type }: Column): boolean => type.family === 'binary';

/** The text of some rows. */
export interface LoadText {
  readonly pieces: readonly Buffer[];
  readonly rows: number;
}

/** Each is a packet; the server ends the connection of a client that sends a larger one than it takes. */
const pieceBytes = 262_144;
/** What is written at once is held in memory twice. */
const textLength = 4 * 1_048_576;
const longestRow = 1_048_576;

/**
 * The rows as such texts, of about 4 MiB each. Null for what is better left to a statement: a row that is very long, and a value of
 * another kind than its column, of which a literal may mean something else than its text does (an ENUM's number, bytes in a text).
 */
export function* loadTexts(
  { columns }: MirrorTable,
  rows: readonly (readonly SourceValue[])[],
): Generator<LoadText | null> {
  const fields = columns.map(fieldOf);
  let [text, from] = ['', 0];
  for (const [at, row] of rows.entries()) {
    const before = text.length;
    for (let index = 0; index < fields.length; index++) {
      const value = row[index]!;
      const field = value === null ? '\\N' : fields[index]!(value);
      if (field === null) return yield null;
      text += index === 0 ? field : `\t${field}`;
    }
    text += '\n';
    if (text.length - before > longestRow) return yield null;
    if (text.length < textLength) continue;
    yield { pieces: cut(text), rows: at + 1 - from };
    [text, from] = ['', at + 1];
  }
  if (text !== '') yield { pieces: cut(text), rows: rows.length - from };
}

function cut(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
}

type Field = (value: Exclude<SourceValue, null>) => string | null;

function fieldOf({ type: { family, base } }: Column): Field {
  if (family === 'binary') return bytes;
  if (family === 'text' || family === 'temporal') return (value) => (typeof value === 'string' ? escaped(value) : null);
  if (base === 'year') return (value) => (typeof value === 'number' ? String(value).padStart(4, '0') : null);
  return number;
}

/** A BIT of one place comes as a boolean. */
function bytes(value: Exclude<SourceValue, null>): string | null {
  if (typeof value === 'boolean') return value ? '01' : '00';
  if (!(value instanceof Uint8Array)) return null;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}

function number(value: Exclude<SourceValue, null>): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return value instanceof Uint8Array ? null : escaped(String(literal(value)));
}

const special = /[\\\t\n\r\0]/;
const escapes: Readonly<Record<string, string>> = {
  ...{ '\\': '\\\\', '\t': '\\t', '\n': '\\n' },
  ...{ '\r': '\\r', '\0': '\\0' },
};

const escaped = (text: string): string =>
  special.test(text) ? text.replaceAll(/[\\\t\n\r\0]/g, (one) => escapes[one]!) : text;
