import type { SchemaFacts, SourceColumn } from '../facts/schema.ts';
import type { Check, Place } from '../finding.ts';

const refused = 'reference/values.md#refused-by-the-declaration';
const unparsed = 'reference/doctor.md#ddl-that-the-parser-refuses';

const where =
  (isIt: (column: SourceColumn) => boolean) =>
  ({ tables }: SchemaFacts): Place[] =>
    tables
      .filter(({ kind }) => kind !== 'SEQUENCE')
      .flatMap(({ id, columns }) =>
        columns.filter(isIt).map(({ name, base }) => ({ where: `${id}.${name}`, what: base })),
      );

const geometries = /^(?:geometry|point|linestring|polygon|multi\w+|geometrycollection)$/;

export const typeChecks: readonly Check<SchemaFacts>[] = [
  {
    code: 'column-unparseable',
    severity: 'error',
    traps: [25],
    is: 'a column of type INET4 or INET6, or one that is COMPRESSED',
    happens:
      'the connector reads the DDL of every table of a captured database, and cannot parse this: it stops in its snapshot',
    remedy: 'give it another type (VARCHAR(39), no COMPRESSED), or leave its database out of what is captured',
    page: unparsed,
    find: where(({ base, type }) => /^inet[46]$/.test(base) || /\bCOMPRESSED\b/.test(type)),
  },
  {
    code: 'default-next-value',
    severity: 'error',
    traps: [25],
    is: 'a column with DEFAULT NEXT VALUE FOR',
    happens: 'the connector cannot parse the DDL of its table: it stops in its snapshot',
    remedy: 'number rows by AUTO_INCREMENT, or leave its database out of what is captured',
    page: unparsed,
    find: where(({ fallback }) => /^(?:nextval\(|next value for )/i.test(fallback ?? '')),
  },
  {
    code: 'geometry-column',
    severity: 'warning',
    traps: [11],
    is: 'a column of a geometry',
    happens: 'a declaration that names it is refused; the connector writes a structure of its own for it',
    remedy: 'leave the column out, or have a LONGBLOB filled from it (ST_AsWKB)',
    page: refused,
    find: where(({ base }) => geometries.test(base)),
  },
  {
    code: 'uuid-column',
    severity: 'warning',
    traps: [11],
    is: 'a column of type UUID',
    happens:
      'of one value of 256 the stream loses bytes, so that another UUID arrives; a declaration that names it so is refused',
    remedy: 'have a CHAR(36) filled from it, and declare that one',
    page: 'reference/values.md#changed-on-the-way',
    find: where(({ base }) => base === 'uuid'),
  },
  {
    code: 'float-column',
    severity: 'warning',
    traps: [11],
    is: 'a FLOAT without a number of decimals',
    happens: 'the snapshot reads six digits, the stream all: read model and source differ in the last ones',
    remedy: 'make it DOUBLE or DECIMAL, or take the last digits for noise',
    page: 'reference/values.md#changed-on-the-way',
    find: where(({ base, type }) => base === 'float' && !/^float\(\d+,\d+\)/.test(type)),
  },
  {
    code: 'zerofill',
    severity: 'note',
    traps: [11],
    is: 'a BIGINT or DECIMAL with ZEROFILL',
    happens: 'it arrives without the zeros in front',
    remedy: 'put them in front where it is shown',
    page: 'reference/values.md#changed-on-the-way',
    find: where(({ base, type }) => /^(?:bigint|decimal)$/.test(base) && /\bzerofill\b/.test(type)),
  },
  {
    code: 'enum-member',
    severity: 'warning',
    traps: [11],
    is: 'a member of ENUM with a comma, or one of ENUM or SET beyond the BMP (emoji)',
    happens: 'a row that has it stops the projector (row-refused)',
    remedy: 'rename the member, or leave the column out',
    page: 'reference/values.md#stops-the-projector',
    find: ({ tables }) =>
      tables.flatMap(({ id, columns }) =>
        columns
          .filter(({ base, type }) => {
            const members = [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, member]) => member!);
            if (base !== 'enum' && base !== 'set') return false;
            return members.some((one) => (base === 'enum' && one.includes(',')) || /[\u{10000}-\u{10ffff}]/u.test(one));
          })
          // Which member it is would be a value of the user's.
          .map(({ name, base }) => ({ where: `${id}.${name}`, what: base })),
      ),
  },
];
