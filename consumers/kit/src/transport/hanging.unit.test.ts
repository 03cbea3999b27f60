import { describe, expect, it } from '@jest/globals';
import { type Coordinated, findHanging, type HeldBack, type OpenTransaction, type TransactionLogs } from './hanging.ts';

const offsets = { topic: 'connect-offsets', partition: 12 };
const forgotten: OpenTransaction = {
  ...offsets,
  producerId: 4711n,
  producerEpoch: 3,
  coordinatorEpoch: 0,
  startOffset: 33n,
  lastWrittenMs: 0,
};

/** What Kafka is at one look. */
interface Moment {
  readonly open?: readonly OpenTransaction[];
  readonly known?: Coordinated['transactions'];
  readonly leaders?: string;
  readonly stable?: bigint;
  readonly hides?: boolean;
}

/** Looks once at the first, and once at the second when it was asked to wait. */
async function found(first: Moment, second: Moment = first) {
  let now = first;
  const waits: number[] = [];
  const logs: TransactionLogs = {
    heldBack: async (isMeant) => {
      const held: HeldBack[] = [{ ...offsets, stable: now.stable ?? 33n }];
      return now.open?.length === 0 ? [] : held.filter(({ topic }) => isMeant(topic));
    },
    mayHide: async () => now.hides ?? false,
    open: async (partitions) =>
      partitions.flatMap(({ partition }) => (now.open ?? [forgotten]).filter((one) => one.partition === partition)),
    coordinated: async () => ({ transactions: now.known ?? [], leaders: now.leaders ?? '0:1:7' }),
    abort: async () => {
      throw new Error('nobody has said so');
    },
    close: async () => {},
  };
  const pause = async (ms: number) => {
    waits.push(ms);
    now = second;
  };
  return { ...(await findHanging(logs, (topic) => topic === offsets.topic, { steadyMs: 5000, pause })), waits };
}

const none = { transactions: [], unjudged: [] };

describe('a hanging transaction', () => {
  it('is open, unknown to the coordinators, and so again after a while', async () => {
    expect(await found({})).toEqual({ transactions: [forgotten], unjudged: [], waits: [5000] });
    const both = [forgotten, { ...forgotten, producerId: 4712n, startOffset: 40n }];
    expect((await found({ open: both })).transactions).toEqual(both);
    const elsewhere = { ...offsets, partition: 13, producerId: 4711n };
    const another = { ...offsets, producerId: 4712n };
    expect((await found({ known: [elsewhere, another] })).transactions).toEqual([forgotten]);
  });

  it('is not looked for, nor waited for, where nothing is held back', async () => {
    expect(await found({ open: [] })).toEqual({ ...none, waits: [] });
    expect(await found({ open: [], hides: true })).toEqual({ ...none, waits: [] });
  });

  it('is none that a coordinator knows, of whatever epoch and age', async () => {
    const known = [{ ...offsets, producerId: 4711n }];
    expect(await found({ known })).toEqual({ ...none, waits: [] });
    expect(await found({}, { known })).toMatchObject(none);
  });

  it('is none that has ended since, or where another goes on instead', async () => {
    expect(await found({}, { open: [] })).toMatchObject(none);
    for (const change of [{ startOffset: 40n }, { producerEpoch: 4 }, { producerId: 4712n }])
      expect(await found({}, { open: [{ ...forgotten, ...change }] })).toMatchObject(none);
  });

  it('is not told while coordinators move: the one that knows it may not have answered', async () => {
    await expect(found({ leaders: '0:1:7' }, { leaders: '0:2:8' })).rejects.toMatchObject({
      code: 'kafka-unreachable',
      retriable: true,
    });
    expect(await found({ leaders: '0:1:7' }, { leaders: '0:2:8', open: [] })).toMatchObject(none);
  });

  it('is not told where Kafka may hide some: what is held back all the while is', async () => {
    const held = { ...offsets, stable: 33n };
    expect(await found({ hides: true })).toEqual({ transactions: [], unjudged: [held], waits: [5000] });
    expect(await found({ hides: true }, { hides: true, stable: 34n })).toMatchObject(none);
  });
});
