import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotCost } from '@banyan/connectors';
import { Stack } from '@banyan/stack';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createBank } from 'bank-monolith';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { leaveForgotten } from '../../consumers/kit/src/testkit/forgotten-transaction.ts';
import { eventually } from '../../e2e/src/eventually.ts';
import { freePorts } from '../../e2e/src/free-ports.ts';
import { temporaryFolder } from '../../e2e/src/temporary-folder.ts';
import { type ServiceParts, servicePartsIn } from './parts/service-parts.ts';
import { type Service, services, tablesOf } from './services.ts';
import { banyan, linesOf, Run, root } from './testing-cli.ts';

jest.setTimeout(240_000);

// A demo of its own: parts are killed, frozen and stopped here, which the suite's stack must not be.
let dataDir: string;
let upTookMs = 0;
let env: Record<string, string>;
/** Whatever services there are. */
const all = await services();
const names = all.map(({ name }) => name);
const first = names[0]!;

beforeAll(async () => {
  dataDir = await temporaryFolder('up');
  env = { BANYAN_DATA: dataDir, BANYAN_PORT_BASE: String(await freePorts(40)) };
});

afterAll(async () => {
  await banyan(['down'], env);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

const stack = () => Stack.open(dataDir);
const status = async () => {
  const { code, stdout } = await banyan(['status', '--json', '--timeout', '2'], env);
  const { problems, ...seen } = JSON.parse(stdout) as {
    problems: { where: string; code: string }[];
    parts: { name: string; state: string }[];
    connectors: { snapshot: SnapshotCost }[];
    projections: { role: string; state: string; position: string | null; lag: number | null }[];
  };
  return { code, ...seen, problems, found: problems.map(({ where, code: what }) => `${where}: ${what}`) };
};

describe('banyan up, and what can be asked then', () => {
  it('starts everything and returns; status says that all of it works', async () => {
    const since = Date.now();
    const { code, stdout, stderr } = await banyan(['up', '--auth', '--json'], env);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    upTookMs = Date.now() - since;
    expect(JSON.parse(stdout)).toMatchObject({ command: 'up', ok: true, dataDir });
    const seen = await eventually('all of it works', async () => {
      const now = await status();
      return now.code === 0 ? now : null;
    });
    const position = expect.stringMatching(/^0-1-\d+$/);
    expect(seen.projections).toMatchObject(
      names.flatMap((name) => [
        { name, role: 'project', state: 'streaming', position },
        { name, role: 'serve', position },
      ]),
    );
  });

  it('shows what the snapshot cost the source, also when the log is gone', async () => {
    const snapshotOf = async () => (await status()).connectors[0]!.snapshot;
    const snapshot = await snapshotOf();
    expect(snapshot).toMatchObject({ state: 'done', attempts: 1 });
    // The lock is held at the beginning of the transaction; both were over before `up` was.
    expect(snapshot.lockedMs).toBeLessThanOrEqual(snapshot.ageMs!);
    expect(snapshot.ageMs).toBeLessThanOrEqual(upTookMs);
    expect(snapshot.tables.map(({ table }) => table).sort()).toEqual(tablesOf(await services()));
    const source = await mysql.createConnection(await stack().rootAccess('source-db'));
    // Only these have had no commit since.
    for (const { table, rows } of snapshot.tables.filter((one) => /customers|cards|merchants/.test(one.table))) {
      const [[row]] = await source.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${table}`);
      expect([table, rows]).toEqual([table, Number(row!.n)]);
    }
    await source.end();
    for (const log of ['connect.log', 'connect.log.1']) await rm(join(dataDir, 'log', log), { force: true });
    expect(await snapshotOf()).toEqual(snapshot);
  });

  it('leaves the bank’s database as the bank makes it on a server of its own', async () => {
    const [source, plain] = await Promise.all(
      (['source-db', 'read-db'] as const).map(async (server) =>
        mysql.createConnection(await stack().rootAccess(server)),
      ),
    );
    const bank = createBank({
      port: 0,
      database: { ...(await stack().rootAccess('read-db')), name: 'a_bank_alone' },
      log: () => {},
    });
    await bank.listen();
    const made = async (connection: mysql.Connection, name: string) => {
      const all = async (what: string, from: string, schema: string) =>
        (
          await connection.query<RowDataPacket[]>(
            `SELECT ${what} AS it FROM information_schema.${from} WHERE ${schema} = ? ORDER BY it`,
            [name],
          )
        )[0].map(({ it }) => String(it));
      return {
        columns: await all(
          "CONCAT_WS(' ', table_name, column_name, column_type, column_default, extra)",
          'columns',
          'table_schema',
        ),
        triggers: await all('CONCAT(trigger_name, action_statement)', 'triggers', 'trigger_schema'),
        routines: await all('routine_name', 'routines', 'routine_schema'),
        grants: await all('grantee', 'schema_privileges', 'table_schema'),
      };
    };
    const [beside, alone] = [await made(source!, 'bank'), await made(plain!, 'a_bank_alone')];
    await bank.close();
    await plain!.query('DROP DATABASE a_bank_alone');
    for (const connection of [source!, plain!]) connection.destroy();
    expect(alone.columns.length).toBeGreaterThan(100);
    expect(beside).toEqual({ ...alone, grants: beside.grants });
    expect(new Set(beside.grants)).toEqual(new Set(["'bank'@'127.0.0.1'"]));
  });

  it('leaves alone what runs', async () => {
    const before = await readFile(join(dataDir, 'run/kafka.json'), 'utf8');
    expect(await banyan(['up'], env)).toMatchObject({ code: 0, stderr: expect.stringContaining('runs already') });
    expect(await readFile(join(dataDir, 'run/kafka.json'), 'utf8')).toBe(before);
    expect(await banyan(['up', '--foreground'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('banyan down'),
    });
  });

  it('names a transaction that Kafka has forgotten in Connect’s offsets, and up ends it', async () => {
    await leaveForgotten(stack().kafka, 'connect-offsets');
    const seen = await eventually('status names it', async () => {
      const now = await status();
      return now.found.includes('topic connect-offsets: transaction-hanging') ? now : null;
    });
    expect(seen.code).toBe(1);
    const again = await banyan(['up', '--auth'], env);
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/connect-offsets\/0 .*it is aborted now/)]);
    expect(await status()).toMatchObject({ code: 0, found: [] });
  });

  it('has made the connector that banyan connector makes anywhere', async () => {
    const { connectUrl, kafka, registryNativeUrl, ports, credentials } = stack();
    const job = {
      CONNECT_URL: connectUrl,
      KAFKA_BROKERS: kafka,
      REGISTRY_URL: registryNativeUrl,
      TOPIC_PREFIX: 'bank',
      SOURCE_DB_HOST: '127.0.0.1',
      SOURCE_DB_PORT: String(ports['source-db']),
      SOURCE_DB_PASSWORD_REF: `\${file:${credentials.file('capture')}:password}`,
      SERVER_ID: '5400',
      WITHHELD_COLUMNS: 'bank.cards.pan',
    };
    const planned = await banyan(['connector', 'plan'], job);
    expect([planned.code, planned.stdout]).toEqual([0, 'connector bank is as it should be\ntopics: all there\n']);
    const applied = await banyan(['connector', 'apply', '--json'], job);
    expect(applied.code).toBe(0);
    expect(JSON.parse(applied.stdout)).toMatchObject({ outcome: 'unchanged', restarts: 0, plan: { topics: [] } });
    const risky = await banyan(['connector', 'apply'], { ...job, WITHHELD_COLUMNS: 'none' });
    expect([risky.code, risky.stderr]).toEqual([1, expect.stringContaining('bank.cards.pan leaves the database')]);
    const other = await banyan(['connector', 'plan'], { ...job, SERVER_ID: '5401' });
    expect([other.code, other.stdout]).toEqual([
      2,
      expect.stringMatching(/ ~ {2}database\.server\.id {2}5400 -> 5401/),
    ]);
  });

  it('prints where things answer', async () => {
    const { stdout } = await banyan(['open', `${first}-openapi`], env);
    expect(((await (await fetch(stdout.trim())).json()) as { openapi: string }).openapi).toMatch(/^3\.1/);
    expect(await banyan(['open', 'registri'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean registry?'),
    });
  });

  it('gives out tokens, without which the services say nothing', async () => {
    const url = (await banyan(['open', first], env)).stdout.trim();
    const asked = async (args: readonly string[]) => {
      const { stdout } = await banyan(['token', ...args], env);
      return (await fetch(url, { headers: { authorization: `Bearer ${stdout.trim()}` } })).status;
    };
    expect((await fetch(url)).status).toBe(401);
    expect(await asked(['--service', 'reports', '--scope', 'read:*'])).toBe(200);
    expect(await asked(['--service', 'reports', '--scope', 'read:nothing'])).toBe(403);
    expect(await banyan(['token', '--customer', '7', '--service', 'x'], env)).toMatchObject({ code: 2, stdout: '' });
  });

  it('proves, repairs and rebuilds a service while it answers, and goes back to the version before', async () => {
    const { projection } = (await services())[0]!;
    const table = projection.tables[0]!;
    const read = await mysql.createConnection({ ...(await stack().rootAccess('read-db')), database: first });
    const count = async () => {
      const [[row]] = await read.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM ??', [table.name]);
      return Number(row!.n);
    };
    const rows = await count();
    const loseOne = () => read.query('DELETE FROM ?? LIMIT 1', [table.name]);
    const proof = async () => JSON.parse((await banyan(['prove', first, '--json'], env)).stdout);

    await loseOne();
    const found = await proof();
    expect(found).toMatchObject({
      ok: false,
      projections: [{ name: first, differing: [{ table: table.name, kind: 'missing' }] }],
    });
    expect((await status()).found).toContain(`${first}: different`);
    expect(await banyan(['repair', first], env)).toMatchObject({ code: 0 });
    expect(await proof()).toMatchObject({ ok: true });
    expect(await count()).toBe(rows);
    expect(await status()).toMatchObject({ code: 0, found: [] });

    await loseOne();
    // What no log tells, so that the stream alone does not make it right.
    const source = await mysql.createConnection({ ...(await stack().rootAccess('source-db')), database: 'bank' });
    await source.query('SET SESSION sql_log_bin = 0');
    await source.query("UPDATE merchants SET name = CONCAT(name, ' & Co') ORDER BY id LIMIT 1");
    await source.end();
    const url = (await banyan(['open', first], env)).stdout.trim();
    const ready = new URL('/ready', url);
    const answers: number[] = [];
    let isAsking = true;
    const asking = (async () => {
      for (; isAsking; await new Promise((next) => setTimeout(next, 20))) answers.push((await fetch(ready)).status);
    })();
    const rebuilt = await banyan(['rebuild', first], env);
    expect([rebuilt.code, rebuilt.code === 0 ? '' : rebuilt.stderr]).toEqual([0, '']);
    expect(await count()).toBe(rows);
    const [named] = await read.query<RowDataPacket[]>("SELECT id FROM merchants WHERE name LIKE '% & Co'");
    expect(named).toHaveLength(1);
    expect(await banyan(['rebuild', first], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--drop-old'),
    });
    expect(await banyan(['rebuild', first, '--undo'], env)).toMatchObject({ code: 0 });
    expect(await count()).toBe(rows - 1);
    expect(await banyan(['rebuild', first, '--undo'], env)).toMatchObject({ code: 0 });
    expect(await count()).toBe(rows);
    isAsking = false;
    await asking;
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await banyan(['rebuild', first, '--drop-old'], env)).toMatchObject({ code: 0 });
    expect(await status()).toMatchObject({ code: 0 });
    await read.end();
  }, 480_000);

  const folding = all.filter(({ projection }) => projection.folds.length > 0);
  (folding.length > 0 ? it : it.skip)('proves folds by folding again, and leaves nothing of that behind', async () => {
    const [{ name, projection }] = folding as [Service];
    const fold = projection.folds[0]!.name;
    const read = await mysql.createConnection({ ...(await stack().rootAccess('read-db')), database: name });
    const proof = async () => JSON.parse((await banyan(['prove', name, '--json'], env)).stdout);
    const tables = [{ table: fold, kind: 'fold', differences: 0 }];
    expect(await proof()).toMatchObject({
      ok: true,
      projections: [{ tables: expect.arrayContaining(tables.map(expect.objectContaining)) }],
    });
    await read.query('DELETE FROM ?? LIMIT 1', [fold]);
    expect(await proof()).toMatchObject({
      ok: false,
      problems: [{ code: 'different', remedy: `fold 1 of them anew: banyan rebuild ${name}` }],
      projections: [{ differing: [{ table: fold, kind: 'missing' }] }],
    });
    expect(await banyan(['repair', name], env)).toMatchObject({ code: 0, stdout: expect.stringContaining('rebuild') });
    expect(await banyan(['rebuild', name], env)).toMatchObject({ code: 0 });
    expect(await proof()).toMatchObject({ ok: true });
    const [left] = await read.query<RowDataPacket[]>("SHOW DATABASES LIKE '%proof'");
    expect(left).toEqual([]);
    await read.end();
  });

  it('shows logs, and goes on with a part that starts again', async () => {
    const [{ api }] = servicePartsIn(stack()) as [ServiceParts];
    const run = new Run(['logs', first, '--follow', '--json'], env);
    await eventually('the log is shown', () => run.stdout.includes('answers'));
    const lines = () => linesOf(run.stdout.slice(0, run.stdout.lastIndexOf('\n') + 1)).length;
    const before = lines();
    await api.stop();
    expect((await status()).found).toEqual([`${first} (serve): not-running`]);
    expect(await banyan(['up'], env)).toMatchObject({ code: 0 });
    await eventually('its new log is shown', () => lines() > before, 60_000);
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(0);
    expect(await banyan(['logs', `${first}s`], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(first),
    });
  });

  it('says that Connect is frozen, and does not wait for it', async () => {
    await stack().part('connect').signal('SIGSTOP');
    try {
      const seen = await status();
      expect(seen.code).toBe(1);
      expect(seen.parts).toContainEqual(expect.objectContaining({ name: 'connect', state: 'silent' }));
      expect(seen.found).toEqual(expect.arrayContaining(['connect: part-silent', 'connect: timeout']));
    } finally {
      await stack().part('connect').signal('SIGCONT');
    }
  });

  it('says that Kafka is frozen, and Ctrl-C ends the tail that waits for it', async () => {
    await stack().part('kafka').signal('SIGSTOP');
    try {
      expect((await status()).found).toContain('kafka: part-silent');
      const run = new Run(['tail', 'accounts'], env);
      await eventually('it says what it waits for', () => run.stderr.includes('does not answer yet'));
      run.child.kill('SIGINT');
      expect((await run.ended).code).toBe(0);
    } finally {
      await stack().part('kafka').signal('SIGCONT');
    }
  });

  it('names the registry that is away, in tail and in schemas', async () => {
    await stack().part('registry').kill();
    const tail = await banyan(['tail', 'accounts', '--from', 'earliest', '--limit', '1'], env);
    expect(tail).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/schema \d+ at the registry/) });
    expect(await banyan(['schemas', 'check'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('registry does not run'),
    });
    expect((await status()).found).toContain('registry: part-stopped');
  });

  it('ends everything, and nothing is left', async () => {
    const { code, stdout } = await banyan(['down', '--json'], env);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ ok: true, stopped: expect.arrayContaining(['kafka', 'bank']) }),
    ]);
    expect(await processesOf(dataDir)).toEqual([]);
    expect((await status()).found).toEqual(['stack: not-running']);
    expect(await banyan(['tail', 'accounts'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('kafka does not run; start it'),
    });
    expect(JSON.parse((await banyan(['down', '--json'], env)).stdout)).toMatchObject({ ok: true, stopped: [] });
  });

  it('stops all of it when interrupted while it starts', async () => {
    const run: ChildProcess = spawn('sh', [join(root, 'banyan'), 'up'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    run.stderr!.setEncoding('utf8').on('data', (text) => (said += text));
    await eventually('a database answers', () => said.includes('read-db') && said.includes('answers'), 60_000);
    run.kill('SIGINT');
    const [code] = await once(run, 'exit');
    expect(code).toBe(130);
    expect(await processesOf(dataDir)).toEqual([]);
  });
});

/** Command lines of processes that name the folder or have it in their environment. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const found = pids.map(async (pid) => {
    const [command, environment] = await Promise.all([read(pid, 'cmdline'), read(pid, 'environ')]);
    return command !== '' && (command.includes(folder) || environment.includes(folder))
      ? command.replaceAll('\0', ' ')
      : '';
  });
  return (await Promise.all(found)).filter((command) => command !== '');
}
