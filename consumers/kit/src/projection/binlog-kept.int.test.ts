import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import mysql, { type Connection } from 'mysql2/promise';
import { eventually } from '../testkit/eventually.ts';
import { freePort } from '../testkit/tcp.ts';
import { testStack } from '../testkit/test-stack.ts';
import { BinlogKept } from './binlog-kept.ts';

jest.setTimeout(60_000);

describe('how long the source keeps its binlog', () => {
  const stack = testStack();
  let root: Connection;
  let source: { host: string; port: number; user: string; password: string };
  let kept: BinlogKept;
  const account = 'knows_nothing';
  const set = (name: string, value: number) => root.query(`SET GLOBAL ${name} = ${value}`);
  const says = (keptMs: number | null) => eventually(`it is ${keptMs}`, () => kept.keptMs === keptMs);

  beforeAll(async () => {
    const access = await stack.rootAccess('source-db');
    root = await mysql.createConnection(access);
    // No right on anything.
    await root.query('SET SESSION sql_log_bin = 0');
    await root.query("CREATE USER IF NOT EXISTS ?@'127.0.0.1' IDENTIFIED BY 's3cret'", [account]);
    source = { host: access.host, port: access.port, user: account, password: 's3cret' };
    kept = BinlogKept.start({ source, everyMs: 20 });
  });
  afterAll(async () => {
    kept?.[Symbol.dispose]();
    await set('binlog_expire_logs_seconds', 0);
    await set('max_binlog_total_size', 0);
    await root.query("DROP USER ?@'127.0.0.1'", [account]);
    await root.end();
  });

  it('is told by the source to anybody who may connect, as it is now', async () => {
    await set('binlog_expire_logs_seconds', 0);
    await says(Number.POSITIVE_INFINITY);
    await set('binlog_expire_logs_seconds', 864_000);
    await says(864_000_000);
  });

  it('is not known where a size limits it too', async () => {
    await set('max_binlog_total_size', 1_099_511_627_776);
    await says(null);
    await set('max_binlog_total_size', 0);
    await says(864_000_000);
  });

  it('is not known any more once the source lets nobody in', async () => {
    await root.query("ALTER USER ?@'127.0.0.1' ACCOUNT LOCK", [account]);
    await says(null);
    await root.query("ALTER USER ?@'127.0.0.1' ACCOUNT UNLOCK", [account]);
    await says(864_000_000);
  });

  it('is not known of a server that is away, nor without one, nor afterwards', async () => {
    using away = BinlogKept.start({ source: { ...source, port: await freePort() }, everyMs: 20 });
    using none = BinlogKept.start({ source: null });
    await says(864_000_000);
    expect([away.keptMs, none.keptMs]).toEqual([null, null]);
    kept[Symbol.dispose]();
    expect(kept.keptMs).toBeNull();
  });
});
