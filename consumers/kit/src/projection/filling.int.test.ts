import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { inPieces } from '../testkit/in-pieces.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { mirror } from './declaration.ts';
import { Projector, type ProjectorOptions } from './projector.ts';
import { query } from './query.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

describe('a read model that comes late', () => {
  let captured: CapturedSource;
  let options: ProjectorOptions;

  // A snapshot of 300 rows, then 100 transactions over them, all of it in Kafka before anybody reads.
  beforeAll(async () => {
    captured = await CapturedSource.open();
    const { source, name } = captured;
    await source.query('CREATE TABLE entries (id INT PRIMARY KEY, shelf INT NOT NULL)');
    await source.query('INSERT INTO entries SELECT seq, seq % 7 FROM seq_1_to_300');
    await captured.capture(['entries']);
    for (let id = 1; id <= 100; id++) await source.query('UPDATE entries SET shelf = shelf + 1 WHERE id = ?', [id]);
    const entries = { source: `${name}.entries`, key: ['id'], columns: { id: 'int', shelf: 'int' } };
    await captured.catchUp(mirror({ name: 'witness', tables: { entries } }));
    const projection = query({
      name: 'shelves',
      from: { entries },
      tables: {
        shelves: {
          key: ['shelf'],
          group: ['shelf'],
          columns: { shelf: 'int', entries: 'bigint' },
          select: 'SELECT shelf, COUNT(*) AS entries FROM entries GROUP BY shelf',
          dirty: { entries: { shelf: 'shelf' } },
        },
      },
    });
    const { transport, ...rest } = await captured.projectorOptions(projection);
    options = { ...rest, transport: () => inPieces(transport(), 10), maxRows: 20 };
  });
  afterAll(() => captured[Symbol.asyncDispose](), 60_000);

  let end = async () => {};
  afterEach(() => end());
  const running = (change: Partial<ProjectorOptions>): Projector => {
    const stop = new AbortController();
    const projector = new Projector({ ...options, ...change });
    const done = projector.run(stop.signal);
    end = () => {
      stop.abort();
      return done;
    };
    return projector;
  };

  const shelves = async (database: ReadDatabase) =>
    (await database.rows('SELECT * FROM shelves ORDER BY shelf')).map(Object.values);
  const asked = async () =>
    (
      await captured.texts('source', 'SELECT shelf, COUNT(*) AS entries FROM entries GROUP BY shelf ORDER BY shelf')
    ).map(({ shelf, entries }) => [Number(shelf), String(entries)]);
  const checkpoint = async (database: ReadDatabase) =>
    (
      await database.rows<{ position: string | null; filling_position: string | null }>(
        'SELECT position, filling_position FROM banyan_checkpoint',
      )
    )[0]!;

  it('has no position and no query until all that was there is in; killed, it goes on where it was', async () => {
    await using database = await ReadDatabase.open();
    const first: Projector = running({
      database: database.access,
      onStep: (step) => {
        // Past the snapshot, in the middle of the transactions.
        if (step === 'rows-written' && first.facts().transactionsApplied >= 20) throw new Error('killed');
      },
    });
    await eventually('it is killed', () => first.facts().reason?.startsWith('killed'));
    await end();
    expect(first.facts().position).toBeNull();
    expect(await checkpoint(database)).toEqual({
      position: null,
      filling_position: expect.stringMatching(/^0-1-\d+$/),
    });
    expect(await shelves(database)).toEqual([]);

    const states = new Map<string, number>();
    const second: Projector = running({
      database: database.access,
      log: ({ state }) => states.set(String(state), second.facts().rowsApplied),
    });
    await eventually('it streams', () => second.facts().state === 'streaming');
    // Not one of the first, not in parts: with the first position the whole answer is there.
    expect(await shelves(database)).toEqual(await asked());
    expect(second.facts().rowsApplied).toBe(400 - first.facts().rowsApplied);
    // And not a row was missing when it said so.
    expect(states.get('streaming')).toBe(400 - first.facts().rowsApplied);
    expect([...states.keys()]).toEqual(['filling', 'streaming']);

    await captured.source.query('DELETE FROM entries WHERE shelf = 3');
    const expected = await asked();
    await eventually(
      'it is kept true',
      async () => JSON.stringify(await shelves(database)) === JSON.stringify(expected),
    );
    await end();
    expect((await checkpoint(database)).filling_position).toBeNull();
  });
});
