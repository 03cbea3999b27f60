import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { Lease } from './lease.ts';
import type { Session } from './session.ts';
import { ensureTables } from './tables.ts';

const declared = (columns: Record<string, string>, name = 'accounts', key = ['id']) =>
  mirror({ name, tables: { accounts: { source: 'bank.accounts', key, columns } } });
const projection = declared({ id: 'bigint', iban: 'varchar(34)' });

jest.setTimeout(30_000); // for a machine that is busy with other things

describe('ensureTables', () => {
  let database: ReadDatabase;
  let session: Session;
  beforeEach(async () => {
    database = await ReadDatabase.open();
    session = await database.session();
  });
  afterEach(() => database[Symbol.asyncDispose]());
  const ours = ['changes', 'change_log', 'checkpoint', 'difference', 'hold', 'parked', 'proof', 'stop', 'verdict'].map(
    (name) => `banyan_${name}`,
  );
  const tables = async () =>
    (
      await database.rows<{ name: string }>(
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1',
      )
    ).map(({ name }) => name);

  it('makes the tables, and leaves them and what is in them alone the next time', async () => {
    await ensureTables(session, projection);
    const lease = await Lease.take(session, 'accounts', 'one', 60_000);
    await database.admin.query("INSERT INTO accounts VALUES (1, 'DE')");
    await ensureTables(session, projection);
    expect(await tables()).toEqual(['accounts', ...ours]);
    expect(await database.rows('SELECT * FROM accounts')).toEqual([{ id: '1', iban: 'DE' }]);
    await lease!.renew(session, 60_000, { state: 'streaming', reason: null, freshAtMs: null });
  });

  it('makes key columns NOT NULL and others NULL, and no key but the primary', async () => {
    const odd = mirror({
      name: 'odd',
      tables: {
        'the `order`': {
          source: 'bank.order',
          key: ['select', 'k'],
          columns: {
            v: 'timestamp(6)',
            select: 'int unsigned',
            k: 'varchar(5) character set latin1 collate latin1_bin',
          },
        },
      },
    });
    await ensureTables(session, odd);
    const columns = await database.rows(
      "SELECT column_name AS name, column_type AS type, is_nullable AS empty, column_key AS part, column_default AS preset, collation_name AS collation, extra FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'the `order`' ORDER BY ordinal_position",
    );
    expect(columns).toEqual([
      { name: 'v', type: 'timestamp(6)', empty: 'YES', part: '', preset: 'NULL', collation: null, extra: '' },
      { name: 'select', type: 'int(10) unsigned', empty: 'NO', part: 'PRI', preset: null, collation: null, extra: '' },
      { name: 'k', type: 'varchar(5)', empty: 'NO', part: 'PRI', preset: null, collation: 'latin1_bin', extra: '' },
    ]);
  });

  it('is safe for two projectors that start at once', async () => {
    const other = await database.session();
    await Promise.all([ensureTables(session, projection), ensureTables(other, projection)]);
    expect(await database.rows('SELECT projection FROM banyan_checkpoint')).toEqual([{ projection: 'accounts' }]);
  });

  it('holds several read models apart in one database', async () => {
    const other = mirror({
      name: 'cards',
      tables: { cards: { source: 'bank.cards', key: ['id'], columns: { id: 'int' } } },
    });
    await ensureTables(session, projection);
    await ensureTables(session, other);
    await ensureTables(session, projection);
    expect(await tables()).toEqual(['accounts', ...ours, 'cards']);
  });

  it.each([
    ['another type', declared({ id: 'bigint', iban: 'varchar(35)' })],
    ['a column more', declared({ id: 'bigint', iban: 'varchar(34)', kind: 'int' })],
    ['a column less', declared({ id: 'bigint' })],
    ['another key', declared({ id: 'bigint', iban: 'varchar(34) collate utf8mb4_bin' }, 'accounts', ['id', 'iban'])],
    [
      'another source column',
      mirror({
        name: 'accounts',
        tables: {
          accounts: {
            source: 'bank.accounts',
            key: ['id'],
            columns: { id: 'bigint', iban: { type: 'varchar(34)', from: 'bban' } },
          },
        },
      }),
    ],
  ])('refuses a read model of %s, and changes nothing', async (_, other) => {
    await ensureTables(session, projection);
    const before = await database.rows('SHOW CREATE TABLE accounts');
    await expect(ensureTables(session, other)).rejects.toMatchObject({
      code: 'read-model-differs',
      retriable: false,
      remedy: expect.stringContaining('banyan rebuild accounts'),
    });
    expect(await database.rows('SHOW CREATE TABLE accounts')).toEqual(before);
  });

  it('does not mind what changes no table: a path', async () => {
    await ensureTables(session, projection);
    const served = mirror({
      name: 'accounts',
      tables: {
        accounts: {
          source: 'bank.accounts',
          key: ['id'],
          path: '/accounts',
          columns: { id: 'bigint', iban: 'varchar(34)' },
        },
      },
    });
    await ensureTables(session, served);
  });

  // READ_DB_NAME=bank, say: the projector would delete the monolith's own rows.
  it('touches no table of that name that somebody else has made', async () => {
    await database.admin.query('CREATE TABLE accounts (id BIGINT PRIMARY KEY, iban VARCHAR(34))');
    await database.admin.query("INSERT INTO accounts VALUES (1, 'DE')");
    const doing = ensureTables(session, projection);
    await expect(doing).rejects.toMatchObject({ code: 'read-model-differs', retriable: false });
    await expect(doing).rejects.toThrow('accounts');
    expect(await tables()).toEqual(['accounts']); // not even one of ours beside it
    await database.admin.query('DROP TABLE accounts');
    await ensureTables(session, projection);
  });

  it('touches no table of another read model in the same database either', async () => {
    await ensureTables(session, projection);
    await expect(ensureTables(session, declared({ id: 'int' }, 'other'))).rejects.toMatchObject({
      code: 'read-model-differs',
    });
    expect(await database.rows('SELECT projection FROM banyan_checkpoint')).toEqual([{ projection: 'accounts' }]);
  });

  it('goes on where a start was cut off between the tables and the checkpoint’s row', async () => {
    await ensureTables(session, projection);
    await database.admin.query('DELETE FROM banyan_checkpoint');
    await ensureTables(session, projection);
    expect(await database.rows('SELECT projection, epoch FROM banyan_checkpoint')).toEqual([
      { projection: 'accounts', epoch: '0' },
    ]);
  });
});
