import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RowDataPacket } from 'mysql2/promise';
import { type Bridge, openBridge, suiteStack } from '../../../e2e/src/bridge.ts';
import { eventually } from '../../../e2e/src/eventually.ts';
import { banyan, linesOf, Run } from '../testing-cli.ts';

const name = `cli_${randomUUID().slice(0, 8)}`;
const hostile = '\u001b[2J\u001b]0;owned\u0007first\nsecond\r\u202egnirts\u009b31m';
let bridge: Bridge;
let transaction: string;
let truncate: string;

const env = { BANYAN_DATA: process.env.BANYAN_STACK ?? '' };
const tail = (...args: string[]) => banyan(['tail', ...args, '--prefix', name], env);

/** Of the last commit of this connection: other test files commit on the same server. */
async function ownGtid(): Promise<string> {
  const [[row]] = await bridge.source.query<RowDataPacket[]>('SELECT @@last_gtid AS gtid');
  return row!.gtid;
}

beforeAll(async () => {
  bridge = await openBridge(name);
  await bridge.source.query(
    `CREATE TABLE parcels (id BIGINT UNSIGNED PRIMARY KEY, weight DECIMAL(38,10), note LONGTEXT, body BLOB, at DATETIME(6));
     CREATE TABLE stops (parcel BIGINT UNSIGNED, nr INT, place VARCHAR(80), PRIMARY KEY (parcel, nr));
     CREATE TABLE empties (id INT PRIMARY KEY)`,
  );
  await bridge.source.query(
    "INSERT INTO parcels VALUES (18446744073709551615, '1234567890123456789012345678.0123456789', ?, ?, ?)",
    [hostile, Buffer.from([0, 27, 255]), '2026-02-28 08:30:00.000001'],
  );
  await bridge.capture(['parcels', 'stops', 'empties']);
  await bridge.source.beginTransaction();
  await bridge.source.query("INSERT INTO stops VALUES (18446744073709551615, 1, 'Graz')");
  await bridge.source.query('INSERT INTO parcels (id, note) VALUES (7, ?)', ['x'.repeat(1_048_576)]);
  await bridge.source.query("INSERT INTO stops VALUES (7, 1, 'Linz'), (7, 2, 'Wels')");
  await bridge.source.query('UPDATE parcels SET id = 8 WHERE id = 7');
  await bridge.source.commit();
  transaction = await ownGtid();
  await bridge.source.query('TRUNCATE TABLE stops');
  truncate = await ownGtid();
  await bridge.source.query('INSERT INTO commits VALUES (2)');
  await bridge.eventuallyCaptured(`${name}.${name}.stops`, 4);
}, 120_000);

afterAll(() => bridge?.close());

describe('banyan tail TABLE', () => {
  it('shows exact values, and nothing that a terminal acts on', async () => {
    const { code, stdout } = await tail('parcels', '--from', 'earliest', '--limit', '1');
    expect(code).toBe(0);
    expect(stdout).toContain('id=18446744073709551615 weight=1234567890123456789012345678.0123456789');
    expect(stdout).toContain(String.raw`\x1b[2J\x1b]0;owned\x07first\nsecond`);
    expect(stdout).toContain("body=0x001bff at='2026-02-28 08:30:00.000001'");
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('gives the very text as JSON, in one line without control characters', async () => {
    const { stdout } = await tail(`${name}.parcels`, '--from', 'earliest', '--limit', '1', '--json');
    expect(stdout.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const [line] = linesOf(stdout);
    expect(line).toMatchObject({
      kind: 'change',
      operation: 'read',
      transaction: null,
      key: { id: '18446744073709551615' },
    });
    expect((line!.after as { note: string }).note).toBe(hostile);
  });

  it('cuts a megabyte for people and not in JSON', async () => {
    const text = await tail('parcels', '--key', '8', '--from', 'earliest', '--no-follow');
    expect(text.stdout).toMatch(/x…' \(1048576 characters\)/);
    expect(text.stdout.length).toBeLessThan(1000);
    const json = await tail('parcels', '--key', '8', '--from', 'earliest', '--no-follow', '--json');
    expect((linesOf(json.stdout)[0]!.after as { note: string }).note).toHaveLength(1_048_576);
  });

  it('follows one key of several columns; a TRUNCATE concerns every key', async () => {
    const { stdout } = await tail('stops', '--key', 'nr=2,parcel=7', '--from', 'earliest', '--no-follow', '--json');
    expect(linesOf(stdout).map(({ operation, after }) => [operation, after])).toEqual([
      ['create', { parcel: '7', nr: 2, place: 'Wels' }],
      ['truncate', null],
    ]);
  });

  it('ends at an empty topic when told, and says so', async () => {
    expect(await tail('empties', '--from', 'earliest', '--no-follow')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('no messages yet'),
    });
  });

  it('shows what comes from now on, until Ctrl-C', async () => {
    const run = new Run(['tail', 'empties', '--prefix', name], env);
    await eventually('it waits', () => run.stderr.includes('waiting for changes'));
    await bridge.source.query('INSERT INTO empties VALUES (1)');
    await eventually('the change is printed', () => run.stdout.includes('create'));
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\S+ \S+ +0-1-\d+ +create +\S+\.empties {2}id=1\n$/),
    });
  });

  it('ends quietly when nobody reads on', async () => {
    const run = new Run(['tail', 'stops', '--prefix', name, '--from', 'earliest'], env);
    await once(run.child.stdout!, 'data');
    run.child.stdout!.destroy();
    await bridge.source.query("INSERT INTO stops VALUES (9, 1, 'Enns')");
    const { code, stderr } = await run.ended;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error/);
  });

  it('names near tables, the prefixes there are, and a stack that is not there', async () => {
    expect(await tail('parcel')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`did you mean ${name}.parcels?`),
    });
    const elsewhere = await banyan(['tail', 'parcels', '--prefix', 'nobody'], env);
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining(name) });
    const nowhere = await banyan(['tail', 'parcels', '--json'], { BANYAN_DATA: '/nowhere/at/all' });
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('banyan up') });
    expect(linesOf(nowhere.stdout)).toMatchObject([{ kind: 'problem', code: 'not-started' }]);
  });
});

describe('banyan tail --tx', () => {
  it('shows the whole transaction of all tables in binlog order', async () => {
    const { code, stdout } = await tail('--tx', transaction, '--json');
    const lines = linesOf(stdout);
    expect(code).toBe(0);
    expect(lines.map(({ kind, status, operation, key }) => [kind, status ?? operation, key])).toEqual([
      ['marker', 'BEGIN', undefined],
      ['change', 'create', { parcel: '18446744073709551615', nr: 1 }],
      ['change', 'create', { id: '7' }],
      ['change', 'create', { parcel: '7', nr: 1 }],
      ['change', 'create', { parcel: '7', nr: 2 }],
      ['change', 'delete', { id: '7' }],
      ['change', 'create', { id: '8' }],
      ['marker', 'END', undefined],
      ['transaction', undefined, undefined],
    ]);
    expect(lines.at(-1)).toMatchObject({ complete: true, rows: 6, repeated: 0 });
  });

  it('shows one that has no END', async () => {
    const { code, stdout } = await tail('--tx', truncate, '--json');
    expect(code).toBe(0);
    expect(linesOf(stdout).map(({ kind, status, operation }) => [kind, status ?? operation])).toEqual([
      ['marker', 'BEGIN'],
      ['change', 'truncate'],
      ['transaction', undefined],
    ]);
  });

  it('waits for one that has not come yet', async () => {
    // Other test files commit on this server meanwhile, and may take the very number that is waited for.
    const sequenceOf = (gtid: string) => BigInt(gtid.slice(gtid.lastIndexOf('-') + 1));
    const committed = async (id: number) => {
      await bridge.source.query('INSERT INTO empties VALUES (?)', [id]);
      return sequenceOf(await ownGtid());
    };
    for (let ours = false, id = 100; !ours; ) {
      const ahead = sequenceOf(await bridge.sourcePosition()) + 20n;
      const run = new Run(['tail', '--tx', `0-1-${ahead}`, '--timeout', '30', '--prefix', name, '--json'], env);
      await eventually(
        'it waits',
        () => run.stderr.includes('has not come yet') || run.child.exitCode !== null,
        30_000,
      );
      for (let at = 0n; at < ahead; ours = at === ahead) at = await committed(id++);
      const ended = await run.ended;
      if (ours) expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"complete":true,"rows":1') });
    }
  });

  it('says what there is instead of one that is not there', async () => {
    expect(await tail('--tx', '0-1-1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('before the stream'),
    });
    const other = transaction.replace('0-1-', '0-9-');
    expect(await tail('--tx', other)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${transaction} is, by another server`),
    });
    expect(await tail('--tx', '0-1-999999999999', '--timeout', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has not come; the newest is 0-1-'),
    });
  });
});

describe('banyan status', () => {
  it('tells the parts that answer from those that were never started', async () => {
    const { code, stdout } = await banyan(['status', '--json', '--timeout', '10'], env);
    const { ok, parts, connectors, problems } = JSON.parse(stdout);
    expect([code, ok]).toEqual([1, false]);
    expect(parts).toContainEqual({ name: 'kafka', state: 'answers', port: suiteStack().ports.kafka, reason: null });
    expect(parts).toContainEqual(expect.objectContaining({ name: 'bank', state: 'stopped' }));
    expect(connectors).toContainEqual(
      expect.objectContaining({ name, state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }], reason: null }),
    );
    expect(problems).toContainEqual(expect.objectContaining({ where: 'bank', remedy: 'start it: banyan up' }));
  });
});
