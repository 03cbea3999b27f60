import { describe, expect, it } from '@jest/globals';
import { ConnectError } from '../errors/connect-error.ts';
import { parseJavaTrace } from '../errors/java-trace.ts';
import type { RunState } from '../rest/types.ts';
import { binlogOffset, javaTrace, snapshotDoneOffset, snapshotOffset } from '../testing/samples.ts';
import { type StreamingOptions, waitUntilStreaming } from './streaming.ts';

/** What one look finds; an Error is what the worker answers instead. */
type Scene =
  | { isPlaced?: boolean; task?: RunState; connector?: RunState; trace?: string; offset?: Record<string, unknown> }
  | Error;

const failed = { task: 'FAILED', trace: javaTrace };
const notFound = new ConnectError('not-found', 'no such connector');

/** A play of scenes, one a look, the last for ever; time passes only by sleeping. */
async function play(scenes: readonly Scene[], options: StreamingOptions = {}, config: Record<string, string> = {}) {
  let looks = 0;
  let nowMs = 0;
  let restarts = 0;
  const told: string[] = [];
  const scene = () => scenes[Math.min(looks - 1, scenes.length - 1)] ?? {};
  const access = {
    config: async () => {
      looks++;
      const now = scene();
      if (now instanceof Error) throw now;
      return { 'topic.prefix': 'bank', ...config };
    },
    status: async () => {
      const now = scene() as Exclude<Scene, Error>;
      if (now.isPlaced === false) throw notFound;
      const { connector = 'RUNNING', task = 'RUNNING', trace } = now;
      const run = { state: task, workerId: 'w:1', ...(trace && { trace: parseJavaTrace(trace) }) };
      return {
        name: 'bank',
        type: 'source',
        connector: { state: connector, workerId: 'w:1' },
        tasks: [{ id: 0, ...run }],
      };
    },
    offsets: async () => {
      const { offset } = scene() as Exclude<Scene, Error>;
      if (offset?.unreadable) throw new ConnectError('worker-error', 'its secrets are gone');
      return offset === undefined ? [] : [{ partition: { server: 'bank' }, offset }];
    },
    restart: async () => void restarts++,
  };
  const ports = {
    now: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
  const wait = waitUntilStreaming(access, 'bank', { onProgress: (sentence) => told.push(sentence), ...options }, ports);
  const outcome = await wait.catch((thrown: unknown) => {
    if (thrown instanceof ConnectError) return thrown;
    throw thrown;
  });
  return { outcome, told, restarts, waitedMs: nowMs };
}

describe('waitUntilStreaming', () => {
  it('says that the connector FAILED, though the worker cannot read its offsets then', async () => {
    const { outcome, told } = await play([{ connector: 'FAILED', offset: { unreadable: true } }]);
    expect(outcome).toMatchObject({ code: 'connector-failed' });
    expect(told).toEqual(['connector FAILED, task 0 RUNNING, nothing runs']);
  });

  it('does not take RUNNING for streaming, nor a snapshot, nor its end', async () => {
    const { outcome, told } = await play([
      notFound,
      { task: 'UNASSIGNED' },
      {},
      { offset: snapshotOffset },
      { offset: snapshotDoneOffset },
      { offset: binlogOffset },
    ]);
    expect(outcome).toMatchObject({ evidence: 'binlog-read', offset: { offset: binlogOffset }, waitedMs: 5000 });
    expect(told).toEqual([
      'not known to the worker yet',
      'connector RUNNING, task 0 UNASSIGNED, nothing runs',
      'connector RUNNING, task 0 RUNNING, no offset committed yet',
      'connector RUNNING, task 0 RUNNING, snapshot under way at bin.000001:64260841',
      'connector RUNNING, task 0 RUNNING, snapshot done at bin.000001:1353, no binlog event seen yet',
      'connector RUNNING, task 0 RUNNING, reading the binlog at bin.000001:1353',
    ]);
  });

  it('takes the end of the snapshot where that is enough', async () => {
    const { outcome } = await play([{}, { offset: snapshotOffset }, { offset: snapshotDoneOffset }], {
      proof: 'snapshot-done',
    });
    expect(outcome).toMatchObject({ evidence: 'snapshot-done' });
  });

  it('throws a failure as soon as it happens, with the worker’s reason', async () => {
    const { outcome, waitedMs } = await play([{}, failed]);
    expect(outcome).toMatchObject({ code: 'task-failed', message: expect.stringContaining('no.such.Converter') });
    expect(waitedMs).toBe(1000);
  });

  it('gives a failure that was there at first time to be the former one', async () => {
    expect((await play([failed, { offset: snapshotOffset }, { offset: binlogOffset }])).outcome).toMatchObject({
      evidence: 'binlog-read',
    });
    const lasting = await play([failed]);
    expect(lasting.outcome).toMatchObject({ code: 'task-failed' });
    expect(lasting.waitedMs).toBe(3000);
    const another = await play([failed, { ...failed, trace: 'a.b.Other: reason' }]);
    expect(another.waitedMs).toBe(1000);
  });

  it('does not judge by a proof that may be of before a change', async () => {
    expect((await play([{ offset: binlogOffset }, failed])).outcome).toMatchObject({ code: 'task-failed' });
    expect((await play([{ offset: binlogOffset }])).outcome).toMatchObject({ evidence: 'binlog-read', waitedMs: 3000 });
    expect((await play([{ offset: binlogOffset }], { settleMs: 0 })).outcome).toMatchObject({ waitedMs: 0 });
  });

  it('waits for another offset than the first where that is asked', async () => {
    const next = { ...binlogOffset, pos: 9999 };
    const scenes = [...Array<Scene>(9).fill({ offset: binlogOffset }), { offset: next }];
    expect((await play(scenes, { newOffset: true })).outcome).toMatchObject({
      offset: { offset: next },
      waitedMs: 9000,
    });
    const { outcome } = await play([{ offset: binlogOffset }], { newOffset: true, timeoutMs: 5000 });
    expect(outcome).toMatchObject({
      code: 'not-streaming',
      message: expect.stringContaining('change something in the database'),
    });
  });

  it('does not take a proof from a connector that does not run', async () => {
    const { outcome } = await play([{ connector: 'PAUSED', task: 'PAUSED', offset: binlogOffset }], {
      timeoutMs: 5000,
    });
    expect(outcome).toMatchObject({ code: 'not-streaming', message: expect.stringContaining('call resume(name)') });
  });

  it('restarts what failed as often as allowed, and then throws', async () => {
    const recovered = await play([{}, failed, {}, { offset: binlogOffset }], { restartFailed: 1 });
    expect(recovered).toMatchObject({ outcome: { evidence: 'binlog-read' }, restarts: 1 });
    expect(recovered.told).toContainEqual(expect.stringMatching(/^restarted after: connector "bank": task 0 FAILED/));
    expect(await play([{}, failed], { restartFailed: 2 })).toMatchObject({
      outcome: { code: 'task-failed' },
      restarts: 2,
    });
  });

  it('waits for a worker that does not answer, but not for an unknown connector', async () => {
    const busy = new ConnectError('rebalancing', 'busy');
    const { outcome, told } = await play([busy, { offset: binlogOffset }, { offset: { ...binlogOffset, pos: 2 } }]);
    expect(outcome).toMatchObject({ evidence: 'binlog-read' });
    expect(told[0]).toBe('the worker does not answer (rebalancing)');
    expect(await play([notFound])).toMatchObject({ outcome: { code: 'not-found' }, waitedMs: 10_000 });
    const denied = new ConnectError('unauthorized', 'no');
    expect(await play([denied])).toMatchObject({ outcome: denied, waitedMs: 0 });
  });

  it('says how far it got, not that the look at the deadline was cut short', async () => {
    const cut = new ConnectError('aborted', 'the time is up');
    const { outcome } = await play([{ offset: snapshotOffset }, cut], { timeoutMs: 1000 });
    expect(outcome).toMatchObject({ code: 'not-streaming', message: expect.stringContaining('snapshot under way') });
    expect(outcome).not.toMatchObject({ message: expect.stringContaining('does not answer') });
  });

  it('waits for a worker that is long in placing a connector it knows', async () => {
    const placing = Array.from({ length: 40 }, () => ({ isPlaced: false }));
    const { outcome, told, waitedMs } = await play([...placing, {}, { offset: binlogOffset }]);
    expect(outcome).toMatchObject({ evidence: 'binlog-read' });
    expect(told[0]).toBe('connector UNASSIGNED, no task placed, nothing runs');
    expect(waitedMs).toBeGreaterThan(10_000);
  });

  it.each<[Record<string, string>, Scene, string]>([
    [{}, { offset: snapshotDoneOffset }, 'set heartbeat.interval.ms'],
    [{ 'heartbeat.interval.ms': '500' }, { offset: snapshotDoneOffset }, 'only every 48000 ms'],
    [{ 'snapshot.mode': 'initial_only' }, {}, 'initial_only never streams'],
    [{}, { offset: snapshotOffset }, 'give it more time'],
    [{}, new ConnectError('unreachable', 'gone'), 'see whether the worker can be reached'],
  ])('when the time is up, for %j it says how far it got and what to do', async (config, scene, hint) => {
    const { outcome, waitedMs } = await play([scene], { timeoutMs: 4500 }, config);
    expect(outcome).toMatchObject({ code: 'not-streaming', retriable: true, message: expect.stringContaining(hint) });
    expect(waitedMs).toBe(4500);
  });

  it('stops at the caller’s signal', async () => {
    const { outcome } = await play([{}], { signal: AbortSignal.abort('enough') });
    expect(outcome).toMatchObject({ code: 'aborted', cause: 'enough' });
  });
});
