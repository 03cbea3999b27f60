import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fold, type Projection, Projector } from '../projection/index.ts';
import { type DatabaseAccess, differencesOf, evidenceOf, proofFact, Session } from '../read-store/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { type ProveOptions, prove } from './prove.ts';

jest.setTimeout(120_000);

/** Every change leaves its trace in the state, and the order of changes too. */
function trails(database: string, salt = ''): Projection {
  return fold({
    name: 'trails',
    from: {
      parcels: {
        source: `${database}.parcels`,
        key: ['id'],
        columns: { id: 'int', van: 'int', weight: 'decimal(9,3)' },
      },
      stops: { source: `${database}.stops`, key: ['id'], columns: { id: 'int', van: 'int' } },
    },
    tables: {
      vans: {
        version: 1,
        key: ['van'],
        columns: { van: 'int', changes: 'bigint', weight: 'decimal(20,3)', trail: 'int unsigned' },
        keys: ({ van }) => (van === null ? [] : [[van!]]),
        step: (state, { operation, table, before, after, committedAtMs }, { van }) => {
          const grams = (row: typeof after) => (row?.van === van ? Number(row!.weight ?? 0) * 1000 : 0);
          const weight = Math.round(Number(state?.weight ?? 0) * 1000 - grams(before) + grams(after));
          const text = [
            salt,
            operation,
            table,
            before?.id,
            before?.van,
            after?.id,
            after?.weight,
            committedAtMs,
          ].join();
          return {
            changes: BigInt((state?.changes as bigint | undefined) ?? 0n) + 1n,
            weight: (weight / 1000).toFixed(3),
            trail: crc32(text, Number(state?.trail ?? 0)),
          };
        },
      },
    },
  });
}

describe('a fold', () => {
  let captured: CapturedSource;
  let projection: Projection;
  let options: ProveOptions;
  let session: Session;
  let scratch: DatabaseAccess;
  let running: { abort: AbortController; done: Promise<void>; projector: Projector };
  let writing = true;
  let written: Promise<void>;

  const start = async (maxRows: number) => {
    const abort = new AbortController();
    const projector = new Projector({ ...(await captured.projectorOptions(projection)), maxRows });
    running = { abort, projector, done: projector.run(abort.signal) };
  };
  const restart = async (maxRows: number) => {
    running.abort.abort();
    await running.done;
    await start(maxRows);
    await streams();
  };
  const streams = () =>
    eventually('it streams', () => {
      const { state, reason } = running.projector.facts();
      if (state === 'streaming') return true;
      throw new Error(`${state}: ${reason}`);
    });
  const proved = async (what = projection) => {
    await captured.read.query('CREATE DATABASE ??', [scratch.database]);
    try {
      const { transport, registryUrl, topicPrefix } = await captured.projectorOptions(what);
      return await prove({ ...options, projection: what, folding: { scratch, transport, registryUrl, topicPrefix } });
    } finally {
      await captured.read.query('DROP DATABASE ??', [scratch.database]);
    }
  };
  const found = async () =>
    (await differencesOf(session, 'trails')).map(({ table, kind, key, columns }) => [table, kind, key, ...columns]);

  beforeAll(async () => {
    captured = await CapturedSource.open();
    const { source, name } = captured;
    await source.query(
      'CREATE TABLE parcels (id INT PRIMARY KEY AUTO_INCREMENT, van INT, weight DECIMAL(9,3) NOT NULL)',
    );
    await source.query('CREATE TABLE stops (id INT PRIMARY KEY AUTO_INCREMENT, van INT)');
    await source.query('INSERT INTO parcels (van, weight) SELECT seq % 50, seq / 8 FROM seq_1_to_3000');
    // The traffic leaves these alone.
    await source.query('INSERT INTO parcels (van, weight) VALUES (100, 1), (101, 2)');
    await source.query('INSERT INTO stops (van) SELECT seq % 50 FROM seq_1_to_500');
    await captured.capture(['parcels', 'stops']);
    projection = trails(name);
    const { source: server, database } = await captured.projectorOptions(projection);
    options = { projection, source: server!, database };
    scratch = { ...database, database: `${name}_proof` };
    await start(5000);
    await source.query('INSERT INTO stops (van) VALUES (1)');
    await streams();
    session = await Session.open(database);
    written = (async () => {
      for (let turn = 0; writing; turn++) {
        await delay(50); // A busy machine must keep up, in small batches too.
        const van = turn % 50;
        await source.query('INSERT INTO stops (van) VALUES (?)', [van]);
        await source.query(
          'START TRANSACTION; UPDATE parcels SET van = ? WHERE id = ?; DELETE FROM stops WHERE id = ?; INSERT INTO parcels (van, weight) VALUES (?, 1.5); COMMIT',
          [van, 1 + (turn % 3000), turn * 3, van],
        );
        // Larger than what is held in memory, over both tables.
        if (turn % 40 === 3)
          await source.query(
            'START TRANSACTION; UPDATE parcels SET weight = weight + 0.001 WHERE van < 25; UPDATE stops SET van = 1 WHERE van = 2; UPDATE parcels SET van = 3 WHERE van = 4; COMMIT',
          );
        if (turn % 90 === 50) await source.query('TRUNCATE TABLE stops');
      }
    })();
  });
  afterAll(async () => {
    writing = false;
    await written;
    running.abort.abort();
    await running.done;
    await session?.[Symbol.asyncDispose]();
    await captured[Symbol.asyncDispose]();
  });

  it('is not proved by the source alone', async () => {
    const proof = await prove(options);
    expect(proof.tables.map(({ kind }) => kind)).toEqual(['mirror', 'mirror']);
    expect(proof.differences).toBe(0);
    expect(proofFact(projection, await evidenceOf(session, 'trails')).state).toBe('unproved');
  });

  it('comes to the same when it is folded again, however the stream was cut, restarted and batched', async () => {
    for (const maxRows of [50, 7, 1000]) {
      await restart(maxRows);
      await eventually('it works', () => {
        const { transactionsApplied: applied, state, reason } = running.projector.facts();
        if (applied > 50) return true;
        throw new Error(`${applied} transactions, ${state}: ${reason}`);
      });
    }
    const proof = await proved();
    expect(proof.tables.map(({ table, kind, differences }) => [table, kind, differences])).toEqual([
      ['parcels', 'mirror', 0],
      ['stops', 'mirror', 0],
      ['vans', 'fold', 0],
    ]);
    expect(proof.tables[2]!.rows).toBe(52);
    expect(proofFact(projection, await evidenceOf(session, 'trails'))).toMatchObject({
      state: 'equal',
      differences: 0,
    });
  });

  it('names states that are not what their history makes them', async () => {
    await captured.read.query('UPDATE vans SET weight = weight + 0.001 WHERE van = 100');
    await captured.read.query('DELETE FROM vans WHERE van = 101');
    await captured.read.query('INSERT INTO vans VALUES (-1, 1, 1, 1)');
    expect((await proved()).differences).toBe(3);
    expect((await found()).sort()).toEqual([
      ['vans', 'different', '["100"]', 'weight'],
      ['vans', 'extra', '["-1"]'],
      ['vans', 'missing', '["101"]'],
    ]);
  });

  it('is not equal when its code is another and its version the same', async () => {
    const proof = await proved(trails(captured.name, 'other'));
    expect(proof.tables[2]!.differences).toBeGreaterThan(40);
  });
});
