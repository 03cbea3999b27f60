import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { KitError } from '../errors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { Session } from './session.ts';

jest.setTimeout(30_000); // for a machine that is busy with other things

describe('Session', () => {
  let database: ReadDatabase;
  beforeAll(async () => {
    database = await ReadDatabase.open();
    await database.admin.query('CREATE TABLE one (id INT PRIMARY KEY, v TINYINT)');
    await database.admin.query('INSERT INTO one VALUES (1, 1), (2, 2)');
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function codeOf(doing: Promise<unknown>): Promise<string> {
    const error: unknown = await doing.then(
      () => 'it went well',
      (thrown) => thrown,
    );
    return error instanceof KitError ? error.code : String(error);
  }

  it('gives 64-bit numbers, decimals and times exactly', async () => {
    const session = await database.session();
    const [row] = await session.rows(
      "SELECT 9223372036854775807 AS big, 18446744073709551615 AS bigger, CAST('0.1000' AS DECIMAL(38,4)) AS amount, CAST('9999-12-31 23:59:59.999999' AS DATETIME(6)) AS at",
    );
    expect(row).toEqual({
      big: '9223372036854775807',
      bigger: '18446744073709551615',
      amount: '0.1000',
      at: '9999-12-31 23:59:59.999999',
    });
  });

  it('writes bigint, text of any kind and bytes exactly', async () => {
    const session = await database.session();
    const text = `'"\\\0\n\r\x1a%_?😀`;
    const values = [2n ** 64n - 1n, text, Buffer.from('00ff', 'hex'), null, true, 0.1];
    const [row] = await session.rows('SELECT ? AS a, HEX(?) AS b, HEX(?) AS c, ? AS d, ? AS e, ? AS f', values);
    expect(row).toEqual({
      a: '18446744073709551615',
      b: Buffer.from(text).toString('hex').toUpperCase(),
      c: '00FF',
      d: null,
      e: 1,
      f: '0.1',
    });
  });

  it('has the settings that the apply stands on', async () => {
    const session = await database.session();
    const [row] = await session.rows(
      'SELECT @@time_zone AS zone, @@sql_mode AS mode, @@tx_isolation AS isolation, @@idle_write_transaction_timeout AS idle',
    );
    expect(row).toEqual({
      zone: '+00:00',
      mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
      isolation: 'READ-COMMITTED',
      idle: '5',
    });
  });

  it('says how many rows a statement has matched, also when it changed none', async () => {
    const session = await database.session();
    expect(await session.run('UPDATE one SET v = 1 WHERE id = ?', [1])).toBe(1);
    expect(await session.run('UPDATE one SET v = 1 WHERE id = ?', [9])).toBe(0);
  });

  it('waits for a server that is away, that refuses the name, and for a database that is not there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => closed.once('listening', done));
    const { port } = closed.address() as { port: number };
    await new Promise((done) => closed.close(done));
    const { access } = database;
    for (const change of [{ port }, { password: 'wrong' }, { user: 'nobody' }, { database: 'kit_none' }]) {
      expect(await codeOf(Session.open({ ...access, ...change }))).toBe('database-unreachable');
    }
    const error: unknown = await Session.open({ ...access, password: 'wrong-secret' }).catch((thrown) => thrown);
    expect(String(error)).toContain(`${access.host}:${access.port}/${access.database}`);
    expect(`${error} ${(error as Error).stack}`).not.toContain('wrong-secret');
  });

  it('is lost with the server’s side of it, while idle as well, and without ending the process', async () => {
    const session = await database.session();
    await database.kill(session);
    await eventually('it is lost', async () => (await codeOf(session.run('DO 1'))) === 'database-unreachable');
    expect(await codeOf(session.rows('SELECT 1'))).toBe('database-unreachable');
  });

  it('waits after a deadlock and a lock that is not given, stops at a table that is gone', async () => {
    const [one, two] = [await database.session(), await database.session()];
    await one.run('START TRANSACTION');
    await two.run('START TRANSACTION');
    await one.run('UPDATE one SET v = 3 WHERE id = 1');
    await two.run('UPDATE one SET v = 3 WHERE id = 2');
    const codes = [
      codeOf(one.run('UPDATE one SET v = 3 WHERE id = 2')),
      codeOf(two.run('UPDATE one SET v = 3 WHERE id = 1')),
    ];
    expect((await Promise.all(codes)).sort()).toEqual(['database-unreachable', 'it went well']);
    await one.run('ROLLBACK');
    await two.run('ROLLBACK');
    await one.run('START TRANSACTION');
    await one.run('UPDATE one SET v = 3 WHERE id = 1');
    expect(await codeOf(two.run('UPDATE one SET v = 4 WHERE id = 1'))).toBe('database-unreachable');
    await one.run('ROLLBACK');
    expect(await codeOf(one.run('UPDATE two SET v = 4'))).toBe('row-refused');
  });

  // A projector tries again every few seconds: one connection left behind each time uses up the server's.
  it('leaves no connection behind when it cannot be set up', async () => {
    const { database: name } = database.access;
    const mine = async () =>
      (await database.rows('SELECT id FROM information_schema.processlist WHERE db = ?', [name])).length;
    const before = await mine();
    const original = Session.prototype.rows;
    try {
      Session.prototype.rows = async () => {
        throw new Error('no settings');
      };
      await expect(Session.open(database.access)).rejects.toThrow('no settings');
    } finally {
      Session.prototype.rows = original;
    }
    await eventually('it is gone', async () => (await mine()) <= before);
  });
});
