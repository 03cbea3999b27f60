import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { until } from './test-bank.ts';
import { nameTestDatabase } from './test-database.ts';

const database = nameTestDatabase();
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const ENVIRONMENT = {
  BANK_PORT: '0',
  BANK_DB_HOST: database.settings.host,
  BANK_DB_PORT: String(database.settings.port),
  BANK_DB_USER: database.settings.user,
  BANK_DB_PASSWORD: database.settings.password,
  BANK_DB_NAME: database.settings.name,
};
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => database.drop());

function start(args: string[], environment: Record<string, string> = ENVIRONMENT) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment });
  started.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...output }));
  });
  return { child, output, ended };
}

describe('node src/main.ts', () => {
  it('seeds, seeds again, and refuses another seed', async () => {
    const first = await start(['seed', '--customers', '30']).ended;
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/now has 30 customers with \d+ accounts \(seed 1\)/),
    });
    const again = await start(['seed', '--customers', '30']).ended;
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/already has these 30 customers.*nothing was written/),
    });
    const other = await start(['seed', '--customers', '30', '--seed', '2']).ended;
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/not those of seed 2.*nothing was written/) });
  });

  it('serves, takes traffic, and drains on SIGTERM', async () => {
    const { child, output, ended } = start(['serve']);
    await until('the bank says where it answers', () => output.stdout.includes('\n'));
    const url = /the bank answers on (http:\/\/127\.0\.0\.1:\d+) /.exec(output.stdout)![1]!;
    const traffic = await start(['traffic', '--url', url, '--orders', '50', '--rate', '5000'], {}).ended;
    expect(traffic).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^50 orders in .*\n {2}accepted {2}\d+\n.*\n {2}failed {4}0\n/),
    });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('does a day of business, ends it, and purges', async () => {
    const day = await start(['traffic', '--mix', 'full', '--orders', '300', '--rate', '5000']).ended;
    expect(day).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^300 orders in .*\n {2}failed {4}0\n.*\n {2}done {6}\d+ transfer/s),
    });
    const night = await start(['nightly', '--rows', '500']).ended;
    expect(night).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/days ended, it is 2012-\d\d-\d\d: \d+ rows in one transaction/),
    });
    // How many sessions are over by now is a matter of chance; the days of interest are not.
    const purge = await start(['purge', '--older-than', '0']).ended;
    expect(purge).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^deleted \d+ customers who left, \d+ sessions, .* [1-9]\d* days of interest/),
    });
  });

  it('teaches', async () => {
    const asked = await start(['--help'], {}).ended;
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/BANK_DB_PASSWORD.*POST \/transfers/s) });
    expect(await start([], {}).ended).toMatchObject({ code: 2, stderr: asked.stdout });
  });

  it('names what is wrong with arguments and environment', async () => {
    expect(await start(['sevre'], {}).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no command "sevre"/),
    });
    expect(await start(['traffic', '--rate', 'x'], {}).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--rate/),
    });
    const unset = await start(['serve'], {}).ended;
    expect(unset).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/BANK_DB_USER must be.*\nBANK_DB_PASSWORD must be/),
    });
  });
});
