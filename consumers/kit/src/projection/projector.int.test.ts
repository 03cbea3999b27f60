import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ApplyStep } from '../apply/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { inPieces } from '../testkit/in-pieces.ts';
import { KafkaWriter } from '../testkit/kafka-writer.ts';
import type { Transport } from '../transport/index.ts';
import { mirror } from './declaration.ts';
import { Projector, type ProjectorOptions } from './projector.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

describe('Projector', () => {
  let captured: CapturedSource;
  let options: ProjectorOptions;
  const stops: (() => Promise<void>)[] = [];
  const logged: Readonly<Record<string, unknown>>[] = [];

  beforeAll(async () => {
    captured = await CapturedSource.open();
    await captured.source.query('CREATE TABLE entries (id INT PRIMARY KEY, v VARCHAR(20))');
    await captured.source.query("INSERT INTO entries VALUES (1, 'snapshot')");
    await captured.capture(['entries']);
    const projection = mirror({
      name: 'entries',
      tables: {
        entries: { source: `${captured.name}.entries`, key: ['id'], columns: { id: 'int', v: 'varchar(20)' } },
      },
    });
    options = { ...(await captured.projectorOptions(projection)), log: (entry) => logged.push(entry) };
  }, 60_000);
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    logged.length = 0;
  });
  afterAll(() => captured[Symbol.asyncDispose](), 60_000);

  function running(change: Partial<ProjectorOptions> = {}): Projector {
    const projector = new Projector({ ...options, ...change });
    const abort = new AbortController();
    const done = projector.run(abort.signal);
    stops.push(() => {
      abort.abort();
      return done;
    });
    return projector;
  }
  const state = (projector: Projector, wanted: string) =>
    eventually(`it is ${wanted}`, () => {
      const facts = projector.facts();
      if (facts.state === wanted) return facts;
      throw new Error(`${facts.state}: ${facts.reason}`);
    });
  const insert = (id: number) => captured.source.query('INSERT INTO entries VALUES (?, ?)', [id, `row ${id}`]);
  const ids = async () =>
    (await captured.texts('read', 'SELECT id FROM entries ORDER BY id')).map(({ id }) => Number(id));
  const applied = (id: number) => eventually(`row ${id} is there`, async () => (await ids()).includes(id));
  const stored = async () =>
    (
      await captured.texts('read', 'SELECT state, reason, epoch, lease_until > NOW(6) AS held FROM banyan_checkpoint')
    )[0]!;

  it('fills, then streams, and goes on at its checkpoint', async () => {
    const first = running();
    await insert(2);
    await applied(2);
    expect(await state(first, 'streaming')).toMatchObject({ reason: null, code: null, rowsApplied: 2 });
    const { position } = first.facts();
    expect(position).toMatch(/^0-1-\d+$/);
    await eventually('it is fresh, and nothing is behind', () => {
      const { freshAtMs, lag } = first.facts();
      // Not of the markers: DDL of another test, with nothing committed after it, is open until the next commit.
      return freshAtMs !== null && lag.size === 2 && lag.get(`${captured.name}.${captured.name}.entries/0`) === 0;
    });
    await eventually('it knows how long the source keeps its binlog', () => first.facts().binlogKeptMs !== null);
    await stops.pop()!();
    expect(Number((await stored()).held)).toBe(0);

    await insert(3);
    const second = running();
    await applied(3);
    expect(await ids()).toEqual([1, 2, 3]);
    expect(second.facts().rowsApplied).toBe(1); // not from the beginning
    expect(logged.map((entry) => entry.state)).not.toContain('waiting');
  });

  it('stands by while another one holds the lease, and takes over when that one ends', async () => {
    const active = running();
    await state(active, 'streaming');
    const [endActive] = stops.splice(0, 1);
    const standby = running();
    await state(standby, 'standby');
    await insert(4);
    await applied(4);
    expect(standby.facts().rowsApplied).toBe(0);
    const { epoch } = await stored();
    await endActive!();
    await state(standby, 'streaming');
    expect(Number((await stored()).epoch)).toBe(Number(epoch) + 1);
    await insert(5);
    await applied(5);
    expect(await ids()).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on in its epoch when the rest of a large transaction is long in coming, and when its lease cannot be prolonged for a while', async () => {
    // Seen: nights of 100,000 rows on a slow disk, where both began the whole transaction anew.
    let [armed, frozen] = [false, false];
    const slow = (transport: Transport): Transport => {
      const pieces = inPieces(transport, 10);
      return {
        ...pieces,
        read: async (starts) => {
          const reader = await pieces.read(starts);
          const next = async (limitMs: number) => (frozen ? delay(limitMs, []) : reader.next(limitMs));
          return { ...reader, next };
        },
      };
    };
    const onStep = (step: ApplyStep) => {
      if (armed && step === 'rows-written') frozen = true; // in the middle of the hundred rows
    };
    const projector = running({ maxRows: 10, onStep, transport: () => slow(options.transport()) });
    await state(projector, 'streaming');
    const { epoch } = await stored();
    armed = true;
    await captured.source.query('INSERT INTO entries SELECT seq, seq FROM seq_1001_to_1100');
    await eventually('the transaction is open', () => frozen);
    await captured.read.query('START TRANSACTION');
    await captured.read.query('SELECT * FROM banyan_checkpoint FOR UPDATE');
    await delay(6000); // longer than the server lets a client be silent in a transaction, and than a lock is waited for
    await captured.read.query('COMMIT');
    [armed, frozen] = [false, false];
    await applied(1100);
    expect((await stored()).epoch).toBe(epoch);
    expect(logged.map((entry) => entry.state)).not.toContain('waiting');
    await captured.source.query('DELETE FROM entries WHERE id > 1000');
    await eventually('they are gone', async () => !(await ids()).includes(1100));
  });

  it('waits out the loss of its database connections and of the registry, and loses nothing', async () => {
    const projector = running();
    await state(projector, 'streaming');
    const mine = await captured.texts(
      'read',
      `SELECT id FROM information_schema.processlist WHERE db = '${captured.name}' AND id <> CONNECTION_ID()`,
    );
    expect(mine.length).toBeGreaterThanOrEqual(2); // the apply's and the lease's
    for (const { id } of mine) await captured.read.query(`KILL CONNECTION ${id}`).catch(() => {});
    await insert(6);
    await applied(6);
    await eventually('it has said why', () => logged.some(({ code }) => code === 'database-unreachable'));
    await state(projector, 'streaming');
    await stops.pop()!();

    const blind = running({ registryUrl: 'http://127.0.0.1:9' });
    await insert(7);
    expect(await state(blind, 'waiting')).toMatchObject({ code: 'registry-unreachable' });
    await eventually('it is written down', async () => (await stored()).state === 'waiting');
    expect(await stored()).toMatchObject({ reason: expect.stringContaining('127.0.0.1:9') });
    await stops.pop()!();
    expect(Number((await stored()).held)).toBe(0); // also from a wait
    running();
    await applied(7);
    expect(await ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  }, 20_000);

  // The last two leave the topics broken, in this order.
  it('stops at a message that cannot be decoded, says where, and applies nothing behind it', async () => {
    await using writer = await KafkaWriter.open(captured.stack.kafka);
    const topic = `${captured.name}.${captured.name}.entries`;
    await writer.send(topic, ['no Avro']);
    await insert(8);
    const projector = running();
    const facts = await state(projector, 'stopped');
    expect(facts.code).toBe('undecodable');
    expect(facts.reason).toMatch(new RegExp(`topic ${topic}, partition 0, offset \\d+`));
    await eventually('the lease is given back, for who mends it', async () => Number((await stored()).held) === 0);
    expect(await stored()).toMatchObject({ state: 'stopped', reason: facts.reason });
    expect(await ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await insert(9);
    expect(projector.facts().state).toBe('stopped'); // it does not come round by itself
    await stops.pop()!();
  });

  it('stops at a topic that was made anew', async () => {
    await using writer = await KafkaWriter.open(captured.stack.kafka);
    const topic = `${captured.name}.${captured.name}.entries`;
    await writer.remove(topic);
    const projector = running();
    expect(await state(projector, 'waiting')).toMatchObject({
      code: 'topic-missing',
      reason: expect.stringContaining(topic),
    });
    await writer.topic(1, topic);
    expect(await state(projector, 'stopped')).toMatchObject({ code: 'topic-recreated' });
    expect(await ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
