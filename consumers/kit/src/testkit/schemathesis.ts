import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '4.32.5';
const requirements = join(import.meta.dirname, 'schemathesis-requirements.txt');
const cacheDir = process.env.BANYAN_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'banyan');
const home = join(cacheDir, `schemathesis-${version}`);

interface Ran {
  readonly code: number;
  readonly output: string;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, [...args], { env, maxBuffer: 64 * 1_048_576 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** Why it cannot be run here; null when it can. Fetched once into the cache, by PyPI's exact versions. */
export async function schemathesisMissing(): Promise<string | null> {
  if (existsSync(home)) return null;
  const { code, output } = await run('python3', ['-c', 'import pip, sys; sys.exit(sys.version_info < (3, 10))']);
  if (code !== 0) return `python3 (3.10 or newer, with pip) is not here: ${output.trim().split('\n').at(-1)}`;
  await mkdir(cacheDir, { recursive: true });
  const fresh = await mkdtemp(`${home}.unfinished-`);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:', '--no-deps'];
  const fetched = await run('python3', ['-m', 'pip', 'install', ...quiet, '--target', fresh, '-r', requirements]);
  if (fetched.code === 0) await rename(fresh, home).catch(() => {}); // another was first
  await rm(fresh, { recursive: true, force: true });
  // What is there to be fetched and is not is a failure, never a skip.
  if (!existsSync(home)) throw new Error(`pip cannot fetch schemathesis ${version}: ${fetched.output.slice(-2000)}`);
  return null;
}

/**
 * What it finds wrong with an API whose `/openapi.json` it compares with the answers to requests that it makes up; '' when all is
 * well. Streams of changes are left out: they never end.
 */
export async function schemathesisFindings(api: {
  readonly url: string;
  readonly token?: string;
  /** Every corner of every parameter, too: takes half a minute for a table. */
  readonly coverage: boolean;
  /** Requests of each operation. */
  readonly examples: number;
}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  try {
    // A 503 says that a position is not there yet, which is so of most that are made up.
    await writeFile(
      join(folder, 'schemathesis.toml'),
      "[checks.not_a_server_error]\nexpected-statuses = ['2xx', '3xx', '4xx', 503]\n",
    );
    const { code, output } = await schemathesis(
      [
        `${api.url}/openapi.json`,
        ...(api.token === undefined ? [] : ['--header', `Authorization: Bearer ${api.token}`]),
        ...['--exclude-path-regex', '/changes$'],
        ...['--checks', 'all', '--exclude-checks', 'positive_data_acceptance'],
        ...[
          '--phases',
          api.coverage ? 'examples,coverage,fuzzing' : 'examples,fuzzing',
          '--max-examples',
          String(api.examples),
          '--seed',
          '1',
        ],
        ...['--continue-on-failure', '--request-timeout', '20', '--generation-database', 'none'],
        ...['--no-color', '--warnings', 'off'],
      ],
      folder,
    );
    return code === 0 && /\d+ generated, \d+ passed/.test(output) ? '' : output;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `st run` (https://schemathesis.readthedocs.io) with these arguments. */
function schemathesis(args: readonly string[], folder: string): Promise<Ran> {
  const main = `import os; os.chdir(${JSON.stringify(folder)}); from schemathesis.cli import schemathesis; schemathesis()`;
  const env = { ...process.env, PYTHONPATH: home, PYTHONDONTWRITEBYTECODE: '1' };
  return run('python3', ['-c', main, 'run', ...args], env);
}
