import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { changes } from './mutants.ts';

const sources = globSync('consumers/kit/src/**/*.ts', { cwd: join(import.meta.dirname, '../..') });

it.each(Object.entries(changes))('mutant %s finds what it changes', (_, change) => {
  for (const { file, find } of [change].flat()) {
    const found = sources.filter((source) => `/${source}`.endsWith(file));
    expect(found).toHaveLength(1);
    expect(readFileSync(join(import.meta.dirname, '../..', found[0]!), 'utf8')).toContain(find);
  }
});
