import { primaryKey, type SchemaFacts, type SourceColumn, type SourceTable } from '../facts/schema.ts';
import type { Check, Place } from '../finding.ts';

const page = 'reference/doctor.md#keys-and-cascades';

/** A sequence has rows too, and no key. */
const tablesIn = ({ tables }: SchemaFacts): readonly SourceTable[] => tables.filter(({ kind }) => kind !== 'SEQUENCE');
const placesIn = (facts: SchemaFacts, of: (table: SourceTable) => Place[]): Place[] => tablesIn(facts).flatMap(of);
const listed = (columns: readonly SourceColumn[]): string => columns.map(({ name }) => name).join(', ');

export const keyChecks: readonly Check<SchemaFacts>[] = [
  {
    code: 'no-primary-key',
    severity: 'warning',
    traps: [11],
    is: 'a table without a primary key',
    happens:
      'its records have no key, unless a unique key without NULL is taken for one: no mirror of it can be declared, and of equal rows nobody can tell which one was changed',
    remedy: 'give it one; a column AUTO_INCREMENT INVISIBLE is seen by no SELECT *',
    page,
    find: (facts) => placesIn(facts, (table) => (primaryKey(table).length === 0 ? [{ where: table.id }] : [])),
  },
  {
    code: 'key-collation',
    severity: 'note',
    traps: [18],
    is: 'a text in a primary key that is compared without its case, its accents or blanks at its end',
    happens: "'a' and 'A ' are one key to the source and two to whoever compares bytes",
    remedy:
      'declare the key with the collation of the source, as Banyan’s mirrors have it; tell whoever else reads the topic',
    page,
    find: (facts) =>
      placesIn(facts, (table) => {
        const folded = primaryKey(table).filter(({ collation }) => collation !== null && !exact.test(collation));
        return folded.map(({ name, collation }) => ({ where: `${table.id}.${name}`, what: collation! }));
      }),
  },
  {
    code: 'key-may-change',
    severity: 'note',
    traps: [11],
    is: 'a primary key that has a meaning, and so may be changed',
    happens:
      'a changed key comes as a delete and a create: a fold sees the row end and begin, and what others have kept by the old key is lost',
    remedy: 'expect both in one transaction, and know the row by something that stays',
    page,
    find: (facts) =>
      placesIn(facts, (table) => {
        const natural = primaryKey(table).filter(({ base }) => !steady.has(base));
        return natural.length > 0 ? [{ where: table.id, what: `PRIMARY KEY with ${listed(natural)}` }] : [];
      }),
  },
  {
    code: 'unique-secondary-key',
    severity: 'note',
    traps: [17],
    is: 'a unique key beside the primary one',
    happens:
      'rows may swap such values in one transaction: who writes row by row into a table that has the key too is refused, or overwrites another row (the JDBC sink)',
    remedy: 'have no unique key in the copy but the primary one, as Banyan’s mirrors do',
    page,
    find: (facts) =>
      placesIn(facts, ({ id, indexes }) =>
        indexes
          .filter(({ name, isUnique }) => isUnique && name !== 'PRIMARY')
          .map(({ name, columns }) => ({ where: id, what: `UNIQUE KEY ${name} (${columns.join(', ')})` })),
      ),
  },
];

/** Compared as it is written. Even `_bin` leaves blanks at the end out, unless it is `nopad`. */
const exact = /^(?:binary$|.*_nopad_bin$)/;
/** Numbers that nobody changes, and generated ids. */
const steady = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'uuid', 'binary']);
