// From an empty folder and a database that nobody here knew when the generator was written, to proved read models: the tutorial.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from './free-ports.ts';
import { ForeignDatabase } from './newcomer/foreign-database.ts';
import { Newcomer } from './newcomer/newcomer.ts';
import { blocksOf } from './page-blocks.ts';

const page = join(import.meta.dirname, '../../docs/tutorial/your-own-database.md');

describe('a newcomer', () => {
  let database: ForeignDatabase;
  let newcomer: Newcomer;
  beforeAll(async () => {
    database = await ForeignDatabase.open('retail');
    newcomer = await Newcomer.make(database, await freePorts(40));
  }, 180_000);
  afterAll(async () => {
    await newcomer?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  }, 120_000);

  it('comes to proved read models by the tutorial, word for word, in twelve commands at most', async () => {
    await newcomer.follow(blocksOf(await readFile(page, 'utf8')));
    expect(newcomer.commands).toBeLessThanOrEqual(12);
    expect(newcomer.commands).toBeGreaterThan(8);
  }, 600_000);
});
