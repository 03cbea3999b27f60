import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { differences } from './bank.ts';
import { type Bridge, openBridge, position } from './bridge.ts';
import { eventually } from './eventually.ts';
import { writeRecording } from './record.ts';
import { type SeenTransaction, total } from './seen-transaction.ts';
import { ServiceProcess } from './service-process.ts';
import { SlowProxy } from './slow-proxy.ts';
import { capturedTables, SourceStory } from './source-story.ts';
import { TopicTail } from './topic-tail.ts';
import { WholeReader } from './whole-reader.ts';

/** RECORD=1 make test ONLY=connector-restart: a small run, kept as the recording that the merge's own tests replay. */
const { RECORD } = process.env;
/** Rows of a large transaction; the connector's batch, so small that publishing takes seconds; the projector's MAX_ROWS. */
const { rows, batch, maxRows } = RECORD
  ? { rows: 1200, batch: 20, maxRows: 100 }
  : { rows: 20_000, batch: 200, maxRows: 1000 };

describe('a connector that is disturbed in the middle of a transaction', () => {
  let bridge: Bridge;
  let story: SourceStory;
  let tail: TopicTail;
  let projector: ServiceProcess;
  let proxy: SlowProxy;
  let reader: WholeReader;
  let larges = 0;

  beforeAll(async () => {
    bridge = await openBridge('restarts');
    story = new SourceStory(bridge.source);
    await story.begin();
    await bridge.capture(capturedTables);
    // So long that a busy machine is not taken for a lost connection.
    proxy = await SlowProxy.to(bridge.stack.ports['source-db']);
    await publishSlowly({ keepAliveMs: 60_000, port: proxy.port });
    tail = await TopicTail.open(bridge, capturedTables);
    projector = await ServiceProcess.start('project', {
      ...bridge.environment,
      PROJECTION: 'orders',
      LEASE_MS: '2000',
      MAX_ROWS: String(maxRows),
    });
    await projector.state('streaming');
    reader = new WholeReader(bridge, (orders) => orders % (rows / 2) === 0, 2);
  }, 180_000);

  afterAll(async () => {
    await reader?.stop();
    await projector?.kill();
    await tail?.close();
    await bridge?.close();
    await proxy?.close();
  });

  /**
   * Small batches, so that publishing a large transaction takes a while, and a keep-alive of the test's choice. The connector
   * is stopped meanwhile: otherwise it would restart some seconds later, unasked.
   */
  const publishSlowly = async ({ keepAliveMs, port }: { readonly keepAliveMs: number; readonly port: number }) => {
    const { connect, name } = bridge;
    const config = await connect.config(name);
    await connect.stop(name);
    await eventually('the connector is stopped', async () => {
      const { connector, tasks } = await connect.status(name);
      return connector.state === 'STOPPED' && tasks.length === 0;
    });
    await connect.putConnector(name, {
      ...config,
      'max.batch.size': String(batch),
      'max.queue.size': String(batch * 2),
      'connect.keep.alive.interval.ms': String(keepAliveMs),
      'database.port': String(port),
      // What a killed task leaves open in Kafka keeps the next worker from starting for so long; a minute by default.
      'producer.override.transaction.timeout.ms': '5000',
    });
    await connect.resume(name);
    await connect.waitUntilStreaming(name, { timeoutMs: 60_000, pollMs: 100 });
  };

  const killWorker = async () => {
    await bridge.stack.part('connect').kill();
    await bridge.stack.part('connect').start();
    await bridge.stack.part('connect').untilReady(120_000, () => {});
  };
  /** Longer than the keep-alive: then the connector takes its database for lost and connects anew, in the same task. */
  const freezeWorker = async (forMs: number) => {
    await bridge.stack.part('connect').signal('SIGSTOP');
    await delay(forMs);
    await bridge.stack.part('connect').signal('SIGCONT');
  };
  const ended = async (gtid: string) => {
    await tail.until(`END of ${gtid} after the restart`, () => tail.transaction(gtid).hasEnded, 150_000);
    await tail.caughtUp();
  };

  /**
   * Commits a large transaction and has it disturbed while some of its rows, not all, and no END are to be seen in Kafka. When
   * the disturbance came too late, the next large transaction is tried.
   */
  const inTheMiddle = async (disturb: () => Promise<void>, isHit: (seen: SeenTransaction) => boolean) => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const told = await story.large(++larges, rows);
      const now = () => tail.transaction(told.gtid);
      await tail.until(`a part of ${told.gtid}`, () => total(now().sent) > rows / 8);
      const isMiddle = total(now().sent) < rows && !now().hasEnded;
      await disturb();
      await ended(told.gtid);
      const { markers, counted, sent } = now();
      console.info(`${told.what}: ${markers}, END counts ${JSON.stringify(counted)}, sent ${JSON.stringify(sent)}`);
      if (isMiddle && now().wasBegunAgain && isHit(now())) return { told, seen: now() };
    }
    throw new Error('three times the connector was disturbed too late; make max.batch.size smaller or `rows` larger');
  };

  /** A large transaction of which some rows never come, closed by a later one. */
  const cutTransaction = async () => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const told = await story.large(++larges, rows);
      const now = () => tail.transaction(told.gtid);
      await tail.until(`a part of ${told.gtid}`, () => total(now().sent) > rows / 8);
      await freezeWorker(2500);
      await tail.until('BEGIN comes again', () => now().wasBegunAgain || now().hasEnded);
      const again = total(now().sent);
      await tail.until('rows come again', () => total(now().sent) > again + batch || now().hasEnded);
      await killWorker();
      const next = await story.region();
      await tail.until('the next transaction', () => tail.transaction(next.gtid).hasEnded, 150_000);
      await tail.caughtUp();
      console.info(`${told.what}: ${now().markers}, sent ${JSON.stringify(now().sent)}`);
      if (now().markers === 'BEGIN BEGIN' && total(now().distinct) < rows) return told;
    }
    throw new Error('three times the worker was killed too late; make max.batch.size smaller or `rows` larger');
  };

  const equalAtOnePosition = async () => {
    const reached = await bridge.caughtUp(60_000);
    expect(await bridge.sourcePosition()).toBe(reached);
    expect(await position(bridge.read)).toBe(reached);
    expect(await differences(bridge, capturedTables)).toEqual([]);
    expect(reader.parts).toEqual([]);
    expect(reader.reads).toBeGreaterThan(10);
  };

  it('DDL, grants and XA have a BEGIN and never an END; the read model goes past them', async () => {
    await story.small('restarts_visitor');
    await bridge.caughtUp();
    await tail.caughtUp();
    for (const { what, gtid, ends, rows } of story.told) {
      const { markers, sent } = tail.transaction(gtid);
      expect({ what, markers, sent }).toEqual({ what, markers: ends ? 'BEGIN END' : 'BEGIN', sent: rows });
    }
    await equalAtOnePosition();
  }, 120_000);

  it('killed: BEGIN comes again, END counts the rest alone, and no reader sees a part', async () => {
    const { told, seen } = await inTheMiddle(killWorker, () => true);
    await equalAtOnePosition();
    expect(seen.markers).toBe('BEGIN BEGIN END');
    expect(seen.sent).toEqual(told.rows);
    expect(seen.counted).toEqual(seen.sentSinceNewestBegin);
    const { tasks } = await bridge.connect.status(bridge.name);
    expect(tasks.map(({ state }) => state)).toEqual(['RUNNING']);
    expect(total(seen.counted)).toBeLessThan(rows);
  }, 300_000);

  it('its connection reset: it begins again by itself from what it stored, and sends no row twice', async () => {
    const { told, seen } = await inTheMiddle(
      async () => proxy.cut(),
      () => true,
    );
    await equalAtOnePosition();
    expect(seen.markers).toBe('BEGIN BEGIN END');
    expect(seen.sent).toEqual(told.rows);
    const { tasks } = await bridge.connect.status(bridge.name);
    expect(tasks.map(({ state }) => state)).toEqual(['RUNNING']);
  }, 300_000);

  it('connected anew: BEGIN and the rows come again, END counts them once, and what came again is dropped', async () => {
    await publishSlowly({ keepAliveMs: 1000, port: bridge.stack.ports['source-db'] });
    const { told, seen } = await inTheMiddle(
      () => freezeWorker(2500),
      ({ sent }) => total(sent) > rows,
    );
    await equalAtOnePosition();
    expect(seen.distinct).toEqual(told.rows);
    expect(seen.counted).toEqual(told.rows);
    if (RECORD) await writeRecording(tail, story.told);
  }, 300_000);

  // What Debezium 3.5.0 does here loses rows; should it be mended one day, this test says so.
  it('connected anew, then killed before END: the rest never comes, and the projector stops by name', async () => {
    const before = await bridge.caughtUp();
    const { gtid } = await cutTransaction();
    const ready = await projector.state('stopped');
    expect(ready).toMatchObject({ ready: false, code: 'transaction-cut' });
    expect(ready.reason).toContain(gtid);
    expect(await position(bridge.read)).toBe(before);
    expect(reader.parts).toEqual([]);
  }, 300_000);
});
