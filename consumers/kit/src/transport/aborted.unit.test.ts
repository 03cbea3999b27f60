import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FetchedMessage, type FetchedPartition, hideAborted } from './aborted.ts';

type Step =
  | { readonly kind: 'send'; readonly producer: number; readonly plain: boolean; readonly zeroKey: boolean }
  | { readonly kind: 'end'; readonly producer: number; readonly abort: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      producer: fc.nat(2),
      plain: fc.boolean(),
      zeroKey: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), producer: fc.nat(2), abort: fc.boolean() }) },
);

/** A log as Kafka writes it, each transaction ended, with what a consumer must see and Kafka's index of aborted ones. */
function logOf(steps: readonly Step[]) {
  const messages: FetchedMessage[] = [];
  const index: { producerId: string; firstOffset: string; end: number }[] = [];
  const visible = new Set<string>();
  const open = new Map<number, number[]>();
  const append = (producer: number, inTransaction: boolean, isControlRecord: boolean, key: Uint8Array | null) => {
    const batchContext = { producerId: String(producer), inTransaction };
    messages.push({ offset: String(messages.length), key, isControlRecord, batchContext });
    return messages.length - 1;
  };
  const end = (producer: number, abort: boolean) => {
    const offsets = open.get(producer);
    if (!offsets) return;
    open.delete(producer);
    const marker = append(producer, true, true, Buffer.from([0, 0, 0, abort ? 0 : 1]));
    if (abort) index.push({ producerId: String(producer), firstOffset: String(offsets[0]), end: marker });
    else for (const offset of offsets) visible.add(String(offset));
  };
  for (const one of steps) {
    if (one.kind === 'end') end(one.producer, one.abort);
    else {
      const inTransaction = !one.plain || open.has(one.producer);
      const offset = append(one.producer, inTransaction, false, one.zeroKey ? Buffer.alloc(4) : null);
      if (inTransaction) open.set(one.producer, [...(open.get(one.producer) ?? []), offset]);
      else visible.add(String(offset));
    }
  }
  for (const producer of [...open.keys()]) end(producer, producer % 2 === 0);
  return { messages, index, visible };
}

describe('hideAborted', () => {
  it('leaves exactly what is committed, from any offset of any log', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), fc.nat(40), (steps, skip, count) => {
        const { messages, index, visible } = logOf(steps);
        const fetched = messages.slice(skip, skip + count + 1).map((message) => ({ ...message }));
        const from = skip;
        const to = skip + fetched.length;
        // Kafka gives the aborted transactions that overlap what was fetched, in the order of their ends.
        const partition: FetchedPartition = {
          messages: fetched,
          abortedTransactions: index.filter(({ firstOffset, end }) => Number(firstOffset) < to && end >= from),
        };
        hideAborted(partition);
        const shown = fetched.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset);
        const wanted = messages
          .slice(from, to)
          .map(({ offset }) => offset)
          .filter((offset) => visible.has(offset));
        expect(shown).toEqual(wanted);
        expect(partition.abortedTransactions).toBeNull(); // kafkajs would filter once more, in its own way
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a partition without aborted transactions as it is', () => {
    const message = {
      offset: '0',
      key: Buffer.alloc(4),
      isControlRecord: false,
      batchContext: { producerId: '1', inTransaction: true },
    };
    for (const abortedTransactions of [null, []]) {
      const partition: FetchedPartition = { messages: [message], abortedTransactions };
      hideAborted(partition);
      expect(partition.messages).toEqual([{ ...message, isControlRecord: false }]);
    }
  });
});
