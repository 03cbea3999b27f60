import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bridge, openBridge, position } from './bridge.ts';
import { one, open, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { ServiceProcess } from './service-process.ts';

const name = 'proof';
/** A million in make test-long; in every run, fewer. */
const size = Number(process.env.PROOF_ROWS ?? 30_000);

type Line = Readonly<Record<string, unknown>>;

describe('proof and repair, under traffic', () => {
  let bridge: Bridge;
  let projector: ServiceProcess;
  let api: ServiceProcess;
  let environment: Record<string, string>;
  let isWriting = true;
  let writing: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    bridge = await openBridge(name);
    const { source } = bridge;
    await source.query(
      'CREATE TABLE entries (id BIGINT PRIMARY KEY, amount DECIMAL(19,4) NOT NULL, note VARCHAR(60), turn INT NOT NULL)',
    );
    await source.query(`INSERT INTO entries SELECT seq, seq / 8, CONCAT('Note ', seq), 0 FROM seq_1_to_${size}`);
    await source.query('CREATE TABLE parents (id INT PRIMARY KEY)');
    await source.query(
      'CREATE TABLE children (id INT PRIMARY KEY, parent_id INT, FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE CASCADE)',
    );
    await source.query('INSERT INTO parents SELECT seq FROM seq_1_to_9');
    await source.query('INSERT INTO children SELECT seq, seq % 9 + 1 FROM seq_1_to_90');
    await bridge.capture(['entries', 'parents', 'children'], 120_000 + size / 2);
    const { SOURCE_DB_USER: _user, SOURCE_DB_PASSWORD: _password, SOURCE_DB_PORT: _port, ...rest } = bridge.environment;
    environment = { ...rest, PROJECTION: 'proved' };
    // Cascades are left out, so that there is a ghost of one.
    projector = await ServiceProcess.start('project', { ...environment, CASCADES: 'off' });
    api = await ServiceProcess.start('serve', environment);
    await projector.state('streaming', 300_000 + size / 2);
    writing = Promise.all([write(0), write(1)]);
  }, 500_000 + size);
  afterAll(async () => {
    isWriting = false;
    await writing.catch(() => {});
    for (const service of [projector, api]) await service?.kill();
    await bridge?.close();
  });

  /** Changes rows of the upper half, one after another; those of the lower half only when it is told to. */
  let hot: readonly number[] = [];
  async function write(lane: number): Promise<void> {
    const connection = await open({ ...(await bridge.stack.rootAccess('source-db')), database: name });
    for (let turn = 1; isWriting; turn++) {
      const id = hot[(turn * 7 + lane) % hot.length] ?? size / 2 + ((turn * 2 + lane) % (size / 2));
      await connection.query('UPDATE entries SET turn = ?, amount = amount + 0.0001 WHERE id = ?', [turn, id]);
      await delay(4);
      if (turn % 10 === 0)
        await connection.query('INSERT INTO entries VALUES (?, 1, NULL, 0)', [size + turn * 2 + lane]);
      if (turn % 25 === 0) await connection.query('DELETE FROM entries WHERE id = ?', [size + turn * 2 - 20 + lane]);
    }
    await connection.end();
  }

  async function run(verb: 'prove' | 'repair'): Promise<{ child: ChildProcess; lines: Line[]; ended: Promise<Line> }> {
    const child = spawn(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, 'service-main.ts'), verb],
      {
        env: {
          PATH: process.env.PATH,
          MUTANT: process.env.MUTANT,
          ...environment,
          ...bridge.environment,
          PROJECTION: 'proved',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines: Line[] = [];
    createInterface({ input: child.stdout! }).on('line', (line) => lines.push(JSON.parse(line) as Line));
    const ended = once(child, 'close').then(([code]) => ({ ...lines.at(-1), code }));
    return { child, lines, ended };
  }
  const prove = async () => (await run('prove')).ended;
  const found = async () =>
    (
      await rows<{ table_name: string; kind: string; row_key: string; columns: string }>(
        bridge.read,
        'SELECT table_name, kind, row_key, columns FROM banyan_difference WHERE repaired_position IS NULL ',
      )
    )
      .map(({ table_name, kind, row_key, columns }) =>
        [table_name, kind, ...JSON.parse(row_key), ...JSON.parse(columns)].join(' '),
      )
      .sort();
  const fact = async () => (await api.get('/proof')).body;

  it('names each of the faults that were made, though killed in between, repairs each, and undoes no newer write', async () => {
    const { source, read } = bridge;
    await source.query('DELETE FROM parents WHERE id = 5'); // ghosts of a cascade
    await source.query("XA START 'ghost'");
    await source.query('INSERT INTO entries VALUES (-1, 1, NULL, 0)');
    await source.query("XA END 'ghost'");
    await source.query("XA PREPARE 'ghost'");
    await source.query("XA ROLLBACK 'ghost'");
    await eventually('the ghost of XA has come', async () =>
      rows(read, 'SELECT 1 FROM entries WHERE id = -1').then((r) => r[0]),
    );
    await read.query('DELETE FROM entries WHERE id = 11');
    await read.query('INSERT INTO entries VALUES (-2, 1, NULL, 0)');
    await read.query('UPDATE entries SET amount = amount + 0.01 WHERE id = 22');
    await read.query("UPDATE entries SET note = CONCAT(note, ' ') WHERE id = 33");
    await read.query("UPDATE entries SET note = 'note 44' WHERE id = 44");
    expect(await fact()).toEqual({ state: 'unproved', position: null, checkedAgoMs: null, rows: 0, differences: 0 });

    const first = await run('prove');
    await eventually('a range is compared', () => first.lines.length > 0);
    first.child.kill('SIGKILL');
    await first.ended;
    const at = await position(read);
    await eventually('a hold that is left behind ends', async () => (await position(read)) !== at, 60_000);

    const wanted = [
      'children extra 13',
      ...[22, 31, 4, 40, 49, 58, 67, 76, 85].map((id) => `children extra ${id}`), // their parent is the fifth
      'entries different 22 amount',
      'entries different 33 note',
      'entries different 44 note',
      'entries extra -1',
      'entries extra -2',
      'entries missing 11',
    ];
    expect(await prove()).toMatchObject({ message: 'different', differences: wanted.length, code: 1 }); // those too that the killed one has seen
    expect(await found()).toEqual(wanted);
    expect(await fact()).toMatchObject({ state: 'different', differences: wanted.length });

    expect(await (await run('repair')).ended).toMatchObject({ repaired: wanted.length, code: 0 });
    expect(await fact()).toMatchObject({ state: 'repaired', differences: 0 });

    // Rows that are changed all the time while they are repaired, and not once after.
    const spoilt = Array.from({ length: 150 }, (_, index) => 1000 + index);
    await read.query('UPDATE entries SET amount = amount - 1 WHERE id IN (?)', [spoilt]);
    expect(await prove()).toMatchObject({ differences: spoilt.length });
    const repairing = await run('repair');
    hot = spoilt;
    expect(await repairing.ended).toMatchObject({ repaired: spoilt.length });
    hot = [];
    await bridge.caughtUp();
    const last = await prove();
    expect(last).toMatchObject({ message: 'equal', differences: 0, code: 0 });
    const proved = await fact();
    expect(proved).toMatchObject({ state: 'equal', differences: 0, position: expect.stringMatching(/^0-1-\d+$/) });
    expect(Number(proved.rows)).toBeGreaterThan(size);
    const { epoch } = await one<{ epoch: string }>(read, 'SELECT epoch FROM banyan_checkpoint');
    expect(epoch).toBe('1');
    console.info(
      `${last.rows} rows proved in ${last.tookMs} ms, the source worked ${last.sourceMs} ms; held ${last.longestHoldMs} ms at most; oldest snapshot ${last.longestSnapshotMs} ms`,
    );
  }, 900_000);
});
