import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { reference } from './reference.ts';

describe('docs/reference/connect-client.md', () => {
  it('says what the sources say', async () => {
    const page = join(import.meta.dirname, '../../../../docs/reference/connect-client.md');
    // Written by node cdc-connectors/debezium-connect-client/src/testing/write-reference.ts
    expect(await readFile(page, 'utf8')).toBe(await reference());
  });

  it('has a docstring for every export', async () => {
    const entries = (await reference()).split(/^## /m).slice(1);
    const bare = entries.filter((entry) => /^\w+\n\n```ts/.test(entry));
    expect(bare.map((entry) => entry.split('\n')[0])).toEqual([]);
    expect(entries.length).toBeGreaterThan(60);
  });
});
