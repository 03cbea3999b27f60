import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchArtefacts } from '../artefacts.ts';
import { readConfig } from '../config.ts';
import { Credentials } from '../credentials.ts';
import { newFolder, removeFolder } from '../testing.ts';
import { mariadb } from './mariadb.ts';

/** What mysql_native_password stores of a password. */
const proofOf = (password: string): string => {
  const once = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
};

describe('the preparation of MariaDB', () => {
  const { TMPDIR } = process.env;
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await newFolder('mariadb');
  });
  afterEach(async () => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    await removeFolder(dataDir);
  });

  it('makes a data folder, whole, in which both roots have the password, and leaves the temporary tables of other servers alone', async () => {
    const { cacheDir } = readConfig(process.env, { root: dataDir, purpose: 'test', portBase: 20_000 });
    const { mariadb: home } = await fetchArtefacts(cacheDir, () => {});
    const shared = join(dataDir, 'shared-tmp');
    const othersTable = join(shared, '#sql-temptable-1-1-1.MAI');
    await mkdir(shared);
    await writeFile(othersTable, '');
    process.env.TMPDIR = shared;
    const credentials = new Credentials(dataDir);
    const spec = mariadb({ name: 'read-db', home, dataDir, port: 1, credentials, writesBinlog: false });
    await mkdir(join(dataDir, 'read-db/unfinished-by-a-killed-process'), { recursive: true });
    await spec.prepare();
    expect(existsSync(othersTable)).toBe(true);
    expect(await readdir(join(dataDir, 'read-db'))).toEqual(['data']);
    const accounts = await readFile(join(dataDir, 'read-db/data/mysql/global_priv.MAD'), 'latin1');
    expect(accounts.split(proofOf(await credentials.password('read-db-root')))).toHaveLength(3);
    expect(spec.command).toContain(`--tmpdir=${join(dataDir, 'tmp/read-db')}`);
  }, 60_000);
});
