import type { Connection, FieldPacket, RowDataPacket } from 'mysql2/promise';
import { usage } from '../errors.ts';
import { carriedType } from './column-types.ts';
import { type SourceTable, sourceName } from './source-schema.ts';

/** A column of the answer: as the server that is asked for none of its rows says. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/** What `mysql2` has of a column; source: MariaDB protocol, column definition packet. */
interface Field extends FieldPacket {
  readonly columnType?: number;
  readonly columnLength?: number;
  readonly characterSet?: number;
  readonly decimals: number;
}

/**
 * The types of a SELECT's columns, by asking the source for its answer without any row. A column of a table has the type it has
 * there; of a computed one what the server tells. Throws CliError `usage` with the server's words when it refuses the SELECT.
 */
export async function resultTypes(
  source: Connection,
  database: string,
  select: string,
  tables: readonly SourceTable[],
): Promise<ResultColumn[]> {
  await source.query('USE ??', [database]);
  // Texts are then told with the collation they have, not with that of the connection.
  await source.query('SET character_set_results = NULL');
  const fields = await source.query(`SELECT * FROM (\n${select}\n) banyan_answer LIMIT 0`).then(
    ([, packets]) => packets as Field[],
    (error: Error) => {
      throw usage(
        `the database refuses the SELECT: ${error.message}`,
        'mend it in the file, and see it run on the monolith',
      );
    },
  );
  await source.query('SET character_set_results = utf8mb4');
  const collations = await collationsOf(source);
  const direct = await source
    .query(`SELECT * FROM (\n${select}\n) banyan_answer LIMIT 0`)
    .then(([, packets]) => packets as Field[]);
  return fields.map((field, index) => ({ name: direct[index]!.name, type: typeOf(field, tables, collations) }));
}

async function collationsOf(source: Connection): Promise<ReadonlyMap<number, string>> {
  const [rows] = await source.query<RowDataPacket[]>(
    'SELECT id, full_collation_name AS name FROM information_schema.collation_character_set_applicability',
  );
  return new Map(rows.map(({ id, name }) => [Number(id), String(name)]));
}

const unsignedFlag = 32;

function typeOf(field: Field, tables: readonly SourceTable[], collations: ReadonlyMap<number, string>): string {
  const { columnLength = 0, columnType = 0, decimals } = field;
  const table = tables.find((one) => sourceName(one) === `${field.schema}.${field.orgTable}`);
  const column = table?.columns.find(({ name }) => name === field.orgName);
  if (column) {
    const carried = carriedType(column, true);
    if ('why' in carried)
      throw usage(`the SELECT gives ${column.name} of ${table!.name}: ${carried.why}`, 'leave it out of the SELECT');
    return carried.type;
  }
  const isUnsigned = (Number(field.flags) & unsignedFlag) !== 0;
  const collation = collations.get(field.characterSet ?? 0);
  const collated = collation === undefined || collation === 'binary' ? '' : ` collate ${collation}`;
  const whole = wholes[columnType];
  if (whole !== undefined) return `${whole}${isUnsigned ? ' unsigned' : ''}`;
  const digits = decimals > 0 && decimals <= 6 ? `(${decimals})` : '';
  switch (columnType) {
    case 0:
    case 246: // with room for the sign and the point
      return `decimal(${Math.min(65, columnLength - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1))},${decimals})`;
    case 4:
    case 5:
      return 'double';
    case 7:
    case 12:
      return `datetime${digits}`;
    case 10:
    case 14:
      return 'date';
    case 11:
      return `time${digits}`;
    case 13:
      return 'year';
    case 16:
      return `bit(${columnLength})`;
    default:
      return collated === '' ? binaryType(columnLength) : `${textType(columnLength, collation!)}${collated}`;
  }
}

/** By the protocol's numbers of types. A BOOLEAN expression is an INT. */
const wholes: Readonly<Record<number, string>> = { 1: 'tinyint', 2: 'smallint', 3: 'int', 8: 'bigint', 9: 'mediumint' };

function textType(bytes: number, collation: string): string {
  const width = collation.startsWith('utf8mb4') ? 4 : collation.startsWith('utf8') ? 3 : 1;
  const length = Math.ceil(bytes / width);
  return length <= 4000 ? `varchar(${Math.max(1, length)})` : 'longtext';
}

const binaryType = (bytes: number): string => (bytes <= 4000 ? `varbinary(${Math.max(1, bytes)})` : 'longblob');
