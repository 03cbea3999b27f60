import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from '@banyan/e2e/src/database.ts';
import type { Benchmark } from './benchmark.ts';
import { cpuSeconds } from './child.ts';
import type { Run } from './harness.ts';
import { Nginx } from './nginx.ts';
import type { Rig } from './rig.ts';

/** What the load generator prints. */
interface Load {
  readonly answers: number;
}

const customers = 200;

/** A route that no service has: what it costs that the facade stands before the bank. */
export const facade: Benchmark = {
  name: 'facade',
  about: 'GET through the facade before the bank, by CPU second of the proxy, against nginx before the same bank',
  run: async (rig) => {
    const environment = await databasesOf(rig);
    const bank = rig.children.start('facade-monolith.ts', [], environment);
    const monolith = await bank.said(urlOf);
    return {
      figures: [{ name: 'facade', unit: 'answers/CPU s', target: 0.5 }],
      ours: async () => {
        const child = rig.children.start(
          '../../strangler/bank/src/main.ts',
          [],
          await facadeEnvironment(rig, monolith),
        );
        const run = await loaded(rig, await child.said(urlOf), child.pid);
        await child.stop();
        return run;
      },
      peer: async () => {
        const nginx = await Nginx.before(monolith, rig.folder);
        const run = await loaded(rig, nginx.url, nginx.pid);
        await nginx.stop();
        return run;
      },
    };
  },
};

const urlOf = ({ url }: Readonly<Record<string, unknown>>) => (typeof url === 'string' ? url : undefined);

async function databasesOf(rig: Rig): Promise<Record<string, string>> {
  const source = await rig.stack.rootAccess('source-db');
  for (const [server, name] of [
    ['source-db', 'bench_bank'],
    ['read-db', 'bench_facade'],
  ] as const) {
    const connection = await open(await rig.stack.rootAccess(server));
    await connection.query(`CREATE DATABASE ${name}`);
    await connection.end();
  }
  return { DB_PORT: String(source.port), DB_PASSWORD: source.password, DB_NAME: 'bench_bank' };
}

async function facadeEnvironment(rig: Rig, monolith: string): Promise<Record<string, string>> {
  const [state, source] = [await rig.stack.rootAccess('read-db'), await rig.stack.rootAccess('source-db')];
  const key = join(rig.folder, 'read-after-key');
  await writeFile(key, randomBytes(32).toString('base64'), { mode: 0o600 });
  return {
    PORT: '0',
    ADMIN_PORT: '0',
    MONOLITH_URL: monolith,
    SERVICES: 'accounts=http://127.0.0.1:9',
    STATE_DB_PORT: String(state.port),
    STATE_DB_USER: state.user,
    STATE_DB_PASSWORD: state.password,
    STATE_DB_NAME: 'bench_facade',
    SOURCE_DB_PORT: String(source.port),
    SOURCE_DB_USER: source.user,
    SOURCE_DB_PASSWORD: source.password,
    READ_AFTER_KEY_FILE: key,
    AUTH_JWKS_URL: 'http://127.0.0.1:9/keys',
    AUTH_ISSUER: 'nobody',
    AUTH_AUDIENCE: 'nobody',
  };
}

async function loaded(rig: Rig, url: string, pid: number): Promise<Run> {
  const load = (seconds: number) =>
    rig.children.run<Load>('load.ts', [`${url}/customers`, String(customers), String(seconds)]);
  await load(8); // An answer gets cheaper for some 20,000 of them, as V8 compiles what is used.
  const before = cpuSeconds(pid);
  const { answers } = await load(6);
  const used = cpuSeconds(pid) - before;
  return { values: [answers / used], cpu: (used * 1e6) / answers };
}
