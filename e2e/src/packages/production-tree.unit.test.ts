import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { productionTree, readLockfile } from './lockfile.ts';
import { publishedFolders } from './published.ts';

/** Those that ask for no more than to be named; SPDX identifiers. */
const allowed = new Set(['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0']);

const lockfile = await readLockfile(join(import.meta.dirname, '../../..'));
const tree = productionTree(lockfile, publishedFolders);

describe('what is installed with the published packages', () => {
  it('is as large as it is known to be: dependencies of dependencies are among it', () => {
    const names = [...tree.keys()];
    expect(names).toEqual(
      expect.arrayContaining(['node_modules/mysql2', 'node_modules/iconv-lite', 'node_modules/pino']),
    );
    expect(names.length).toBeGreaterThan(60);
  });

  it('runs no script when it is installed', () => {
    expect([...tree].filter(([, { hasInstallScript }]) => hasInstallScript).map(([folder]) => folder)).toEqual([]);
  });

  it('has a licence that is on the list', () => {
    const others = [...tree].filter(([, { license }]) => !allowed.has(license ?? ''));
    expect(others.map(([folder, { license }]) => `${folder}: ${license}`)).toEqual([]);
  });
});
