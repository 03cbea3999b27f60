import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import mysql from 'mysql2/promise';
import { covers, formatPosition, parseGtid, parsePosition } from '../change-event/index.ts';
import { mirror, Projector, type ProjectorOptions } from '../projection/index.ts';
import { exactOptions, Session } from '../read-store/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { Barrier } from './barrier.ts';
import { endSnapshot, openSource, openSourceSnapshot } from './snapshots.ts';

jest.setTimeout(60_000);

describe('Barrier', () => {
  let captured: CapturedSource;
  let options: ProjectorOptions;
  let session: Session;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    captured = await CapturedSource.open();
    await captured.source.query('CREATE TABLE entries (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20))');
    await captured.source.query("INSERT INTO entries VALUES (1, 'snapshot')");
    await captured.capture(['entries']);
    const entries = { source: `${captured.name}.entries`, key: ['id'], columns: { id: 'int', v: 'varchar(20)' } };
    options = await captured.projectorOptions(mirror({ name: 'entries', tables: { entries } }));
    session = await Session.open(options.database);
  }, 60_000);
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await captured[Symbol.asyncDispose]();
  }, 60_000);

  function start(): Projector {
    const projector = new Projector(options);
    const abort = new AbortController();
    const done = projector.run(abort.signal);
    stops.push(() => {
      abort.abort();
      return done;
    });
    return projector;
  }
  async function running(): Promise<void> {
    const projector = start();
    await insert();
    await eventually('it streams', () => projector.facts().state === 'streaming');
  }
  const hold = async (waitMs = 10_000, forMs = 30_000) => {
    const barrier = await Barrier.hold({ session, projection: 'entries', waitMs, forMs });
    stops.push(() => barrier.release());
    return barrier;
  };
  const insert = () => captured.source.query("INSERT INTO entries (v) VALUES ('streamed')");
  const sourcePosition = async () => parsePosition(await captured.mark())!;
  const stored = async () =>
    parsePosition((await captured.texts('read', 'SELECT position AS p FROM banyan_checkpoint'))[0]!.p!)!;
  const ids = async (side: 'source' | 'read') => captured.texts(side, 'SELECT id FROM entries ORDER BY id');
  const same = () =>
    eventually('all is there', async () => (await ids('source')).length === (await ids('read')).length);
  /** A writer that goes on until it is stopped. */
  function writing(): void {
    let on = true;
    const written = (async () => {
      while (on) await insert();
    })();
    stops.push(() => {
      on = false;
      return written;
    });
  }

  it('stops a projection under traffic, sends it on to exactly a position, and lets it go', async () => {
    await running();
    writing();
    for (let round = 0; round < 5; round++) {
      const barrier = await hold();
      const stands = formatPosition(await stored());
      expect(formatPosition(barrier.position)).toBe(stands);
      const to = await sourcePosition();
      await delay(50); // for commits beyond `to`, which must not come through
      expect(formatPosition(await stored())).toBe(stands);
      await barrier.advance(to);
      expect(formatPosition(await stored())).toBe(formatPosition(to));
      expect(formatPosition(barrier.position)).toBe(formatPosition(to));
      await delay(50);
      expect(formatPosition(await stored())).toBe(formatPosition(to));
      await barrier.release();
    }
    for (const stop of stops.splice(1)) await stop();
    await same();
  });

  it('ends by itself when its holder is dead', async () => {
    await running();
    const barrier = await Barrier.hold({ session, projection: 'entries', forMs: 1500 });
    await insert();
    await delay(300);
    expect(await stored()).toEqual(barrier.position);
    await same();
  });

  it('holds whoever takes over, from the first commit on', async () => {
    await running();
    const barrier = await hold();
    await stops.shift()!();
    await insert();
    const next = start();
    await eventually('it has taken over', () => next.facts().state === 'streaming');
    await delay(300);
    expect(await stored()).toEqual(barrier.position);
    await barrier.advance(await sourcePosition());
    await same();
  });

  it('is one at a time, and says why there is none', async () => {
    await running();
    await hold();
    await expect(hold(300)).rejects.toMatchObject({
      code: 'not-held',
      message: expect.stringMatching(/it is streaming, at 0-1-\d+; .+ holds it$/),
    });
    for (const stop of stops.splice(0).reverse()) await stop();
    await expect(hold(300)).rejects.toThrow(
      "'entries' did not stand still where it is within 0.3 s: no projector runs",
    );
    const other = { session, projection: 'other', waitMs: 300 };
    await expect(Barrier.hold(other)).rejects.toThrow('it has no read model here');
  });

  it('a snapshot of the source has exactly the transactions of its position', async () => {
    const access = { ...(await captured.stack.rootAccess('source-db')), database: captured.name };
    const source = await openSource(access);
    stops.push(() => source[Symbol.asyncDispose]());
    const gtids = new Map<string, string>();
    const writers = [1, 2, 3, 4].map(async () => {
      const writer = await mysql.createConnection(exactOptions(access));
      for (let row = 0; row < 150; row++) {
        await writer.query("INSERT INTO entries (v) VALUES ('w')");
        const [[seen]] = await writer.query<mysql.RowDataPacket[]>(
          'SELECT LAST_INSERT_ID() AS id, @@last_gtid AS gtid',
        );
        gtids.set(String(seen!.id), String(seen!.gtid));
      }
      await writer.end();
    });
    const snapshots: { at: ReturnType<typeof parsePosition>; ids: string[] }[] = [];
    const all = Promise.all(writers);
    for (let round = 0; round < 40; round++) {
      const at = await openSourceSnapshot(source);
      const seen = await source.rows<{ id: number }>("SELECT id FROM entries WHERE v = 'w'");
      await endSnapshot(source);
      snapshots.push({ at, ids: seen.map(({ id }) => String(id)) });
    }
    await all;
    for (const { at, ids } of snapshots) {
      const wanted = [...gtids].filter(([, gtid]) => covers(at!, parseGtid(gtid)!)).map(([id]) => id);
      expect(ids.sort()).toEqual(wanted.sort());
    }
    expect(new Set(snapshots.map(({ ids }) => ids.length)).size).toBeGreaterThan(5); // while they wrote
  });
});
