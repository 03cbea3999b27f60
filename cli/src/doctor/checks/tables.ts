import type { SchemaFacts, SourceTable } from '../facts/schema.ts';
import type { Check, Place } from '../finding.ts';

const page = 'reference/doctor.md#tables';

const where =
  (isIt: (table: SourceTable) => boolean, what?: (table: SourceTable) => string) =>
  ({ tables }: SchemaFacts): Place[] =>
    tables.filter(isIt).map((table) => ({ where: table.id, ...(what && { what: what(table) }) }));

export const tableChecks: readonly Check<SchemaFacts>[] = [
  {
    code: 'other-engine',
    severity: 'warning',
    traps: [4],
    is: 'a table in another engine than InnoDB',
    happens:
      'it knows no ROLLBACK, so rows of failed transactions stay; one in memory is emptied by a restart, one that stands elsewhere (FEDERATED, CONNECT, SPIDER) changes without an event; a snapshot of it is of no one moment',
    remedy: 'ALTER TABLE … ENGINE=InnoDB, or leave it out',
    page,
    find: where(
      ({ engine, kind }) => kind !== 'SEQUENCE' && !/^(?:InnoDB|ROCKSDB)$/i.test(engine),
      ({ engine }) => `ENGINE=${engine}`,
    ),
  },
  {
    code: 'sequence',
    severity: 'warning',
    traps: [25],
    is: 'a SEQUENCE',
    happens: 'the binlog has rows of it, of a table that the connector has no schema of',
    remedy: 'leave its database out of what is captured (database.include.list), or number rows by AUTO_INCREMENT',
    page: 'reference/doctor.md#ddl-that-the-parser-refuses',
    find: where(({ kind }) => kind === 'SEQUENCE'),
  },
  {
    code: 'system-versioned',
    severity: 'warning',
    traps: [18, 25],
    is: 'a table WITH SYSTEM VERSIONING',
    happens: 'ALTER TABLE … ADD or DROP SYSTEM VERSIONING stops the connector, whoever captures the table',
    remedy: 'run such a statement with sql_log_bin=0, on each server; keep history in a table of its own, or by a fold',
    page: 'reference/doctor.md#ddl-that-the-parser-refuses',
    find: where(({ kind }) => kind === 'SYSTEM VERSIONED'),
  },
  {
    code: 'partitioned-table',
    severity: 'warning',
    traps: [3],
    is: 'a table with partitions',
    happens: 'DROP, TRUNCATE and EXCHANGE PARTITION change its rows without one event: read models keep what went',
    remedy: 'delete by DELETE, or run banyan prove and repair after each',
    page,
    find: where(({ options }) => /\bpartitioned\b/.test(options)),
  },
  {
    code: 'ghost-table',
    severity: 'warning',
    traps: [4],
    is: 'a table that a migration works at, or has left behind (gh-ost, pt-online-schema-change)',
    happens: 'at the swap it takes the other’s name, with rows that were never told under that name',
    remedy: 'wait until the migration is over; make the copy in the same database; drop what is left of an old one',
    page: 'reference/faults.md#when-a-table-changes',
    find: ({ tables }) => {
      const names = new Set(tables.map(({ id }) => id));
      return tables
        .filter(({ database, name }) => {
          const of = ghost.exec(name)?.slice(1).find(Boolean);
          return of !== undefined && names.has(`${database}.${of}`);
        })
        .map(({ id }) => ({ where: id }));
    },
  },
  {
    code: 'generated-column',
    severity: 'note',
    traps: [11],
    is: 'a generated column',
    happens:
      'it arrives as any other, and an ALTER of its expression changes all rows without one event; nothing can be written back to it',
    remedy: 'run banyan prove and repair after such an ALTER',
    page: 'how-to/prove-and-repair.md',
    find: ({ tables }) =>
      tables.flatMap(({ id, columns }) =>
        columns.filter(({ extra }) => /GENERATED/.test(extra)).map(({ name }) => ({ where: `${id}.${name}` })),
      ),
  },
  {
    code: 'trigger',
    severity: 'note',
    traps: [],
    is: 'a trigger',
    happens:
      'the rows that it writes are told as any others, in the transaction that has set it off; write-back sets it off too',
    remedy: 'know what it does before writes are moved to a service',
    page,
    find: ({ triggers }) => triggers.map(({ id, table }) => ({ where: id, what: `on ${table}` })),
  },
  {
    code: 'event',
    severity: 'note',
    traps: [],
    is: 'an event of the scheduler that is enabled',
    happens: 'what it changes is told as any other change; nobody who reads the monolith’s code knows of it',
    remedy: 'know what it does before writes are moved to a service; TRUNCATE and DROP PARTITION in it leave ghosts',
    page,
    find: ({ events }) => events.map(({ id }) => ({ where: id })),
  },
];

/** `_t_gho`, `_t_ghc`, `_t_del` of gh-ost; `_t_new`, `_t_old`, and more underscores before when those are taken, of pt-osc. */
const ghost = /^_(.+)_(?:gho|ghc|del)$|^_+([^_].*)_(?:new|old)$/;
