// make test: checks, then all tests on one real stack, which is gone afterwards whatever happens. `--long`: the long tests alone.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, Stack } from '@banyan/stack';
import { freePorts } from './free-ports.ts';
import { leftovers } from './leftovers.ts';

const root = join(import.meta.dirname, '../..');
const bin = (name: string) => join(root, 'node_modules', name);
const jest = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=TimeoutNegativeWarning',
  '--experimental-vm-modules',
  bin('jest/bin/jest.js'),
];
const { values: asked, positionals: only } = parseArgs({
  options: { long: { type: 'boolean', default: false }, seed: { type: 'string' } },
  allowPositionals: true,
});
const started = Date.now();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(new Error(signal)));

let passed = 0;
let failed = 0;
const folder = await mkdtemp(join(tmpdir(), 'banyan-test-'));
try {
  await all();
} catch (error) {
  failed++;
  console.error(
    `\n${stop.signal.aborted ? `interrupted by ${(stop.signal.reason as Error).message}` : error instanceof Error ? error.message : error}`,
  );
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
say('suite', `${((Date.now() - started) / 60_000).toFixed(1)} min`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function all(): Promise<void> {
  if (!asked.long) await withoutStack();
  const stack = await Stack.prepare(
    readConfig(
      { ...process.env, BANYAN_DATA: folder, BANYAN_PORT_BASE: '' },
      { root, purpose: 'test', portBase: await freePorts(8) },
    ),
    say,
    stop.signal,
  );
  try {
    await stack.start({ progress: say, signal: stop.signal });
    const environment = await stackEnvironment(stack);
    if (asked.long) return await long(environment);
    await tests('int', environment, ['--maxWorkers=2']);
    await tests('e2e', environment, ['--runInBand']);
    // These start stacks of their own. Beside the others they would be quicker, and two cores too slow for both.
    await tests('apart', environment, ['--runInBand']);
  } finally {
    await stack.stop();
    for (const left of await leftovers(folder)) {
      failed++;
      console.error(`left behind and ended: ${left}`);
    }
  }
}

/** Each long test prints how far it is, and takes its schedules from this one seed. */
async function long(environment: Record<string, string>): Promise<void> {
  const seed = asked.seed ?? String(randomInt(2 ** 31));
  say('seed', `${seed}; the same again: make test-long SEED=${seed}`);
  await tests('long', { ...environment, BANYAN_SEED: seed }, ['--runInBand']);
}

async function withoutStack(): Promise<void> {
  if (only.length === 0) {
    await check('types', [bin('typescript/bin/tsc'), '--noEmit']);
    for (const page of ['strangler/src/admin/page', 'cli/src/status-page/page'])
      await check('page', [bin('typescript/bin/tsc'), '--noEmit', '--project', page]);
    await check('lint', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '.']);
  }
  await tests('unit', {}, ['--maxWorkers=2']);
}

async function stackEnvironment(stack: Stack): Promise<Record<string, string>> {
  const read = await stack.rootAccess('read-db');
  return {
    BANYAN_STACK: folder,
    BANYAN_CONNECT_URL: stack.connectUrl,
    BANYAN_TEST_READ_DB: JSON.stringify(read),
    BANK_TEST_DB_HOST: read.host,
    BANK_TEST_DB_PORT: String(read.port),
    BANK_TEST_DB_USER: read.user,
    BANK_TEST_DB_PASSWORD: read.password,
  };
}

async function check(name: string, command: string[]): Promise<void> {
  const code = await run([...command], {});
  say(name, code === 0 ? 'fine' : 'failed');
  if (code !== 0) failed++;
}

async function tests(kind: string, environment: Record<string, string>, options: string[]): Promise<void> {
  stop.signal.throwIfAborted();
  const file = join(folder, `${kind}.json`);
  const since = Date.now();
  const code = await run(
    [
      ...jest,
      '--selectProjects',
      kind,
      '--passWithNoTests',
      '--testTimeout=60000',
      '--json',
      `--outputFile=${file}`,
      ...options,
      ...only,
    ],
    environment,
  );
  stop.signal.throwIfAborted();
  const result = JSON.parse(await readFile(file, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numRuntimeErrorTestSuites: number;
  };
  passed += result.numPassedTests;
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) failed++;
  say(
    kind,
    `${result.numPassedTests} passed, ${result.numFailedTests} failed in ${((Date.now() - since) / 1000).toFixed(0)} s`,
  );
}

/** Runs Node on the arguments; an abort ends the whole process group. */
async function run(args: string[], environment: Record<string, string>): Promise<number | null> {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: root,
    detached: true,
    // Jest's JSON goes to a file; its report is on standard error.
    stdio: ['ignore', args.includes('--json') ? 'ignore' : 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const end = () => process.kill(-child.pid!, 'SIGTERM');
  stop.signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise((done, fail) => child.once('exit', done).once('error', fail));
  } finally {
    stop.signal.removeEventListener('abort', end);
  }
}

function say(who: string, text: string): void {
  console.error(`  ${who.padEnd(9)} ${text}`);
}
