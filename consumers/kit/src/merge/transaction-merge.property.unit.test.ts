import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatGtid } from '../change-event/index.ts';
import { connectorPlans, cutTransaction, writeLogs } from './testing-connector.ts';
import { Expectation } from './testing-expectation.ts';
import { type HistoryTransaction, histories } from './testing-history.ts';
import { Reader, readerPlans } from './testing-reader.ts';

const maxRows = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(100));
// Transactions that the read model has already; -1: it is filling.
const applied = fc.oneof({ weight: 2, arbitrary: fc.constant(-1) }, { weight: 3, arbitrary: fc.nat({ max: 3 }) });

const stoppedAt = ({ gtid }: HistoryTransaction) =>
  expect.objectContaining({
    code: 'transaction-cut',
    message: expect.stringContaining(`transaction ${formatGtid(gtid)} was begun again and never ended`),
  });

describe('TransactionMerge, under any legal schedule', () => {
  it('hands out the same whole transactions in commit order, each row once, every checkpoint exact, and stops at one that was cut', () => {
    fc.assert(
      fc.property(
        histories,
        connectorPlans,
        readerPlans,
        maxRows,
        applied,
        (history, connector, plan, maxRows, applied) => {
          const logs = writeLogs(history, connector);
          const reader = new Reader(logs, new Expectation(history, logs, applied, maxRows), maxRows);
          const cut = cutTransaction(logs, history, applied);
          if (cut === null) reader.run(plan);
          else expect(() => reader.run(plan)).toThrow(stoppedAt(cut));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('never blocks: whoever reads only what is wanted gets everything, and nothing stays behind', () => {
    const rest = fc.record({
      entries: fc.integer({ min: 1, max: 12 }),
      markersFirst: fc.boolean(),
      lazy: fc.boolean(),
    });
    // All that will ever be written is there at the start: end offsets are as far away as they can be.
    const farEnds = fc.constantFrom([], [{ kind: 'wait' as const, writes: 10_000 }]);
    fc.assert(
      fc.property(histories, connectorPlans, farEnds, rest, maxRows, (history, connector, actions, rest, maxRows) => {
        const logs = writeLogs(history, connector);
        const reader = new Reader(logs, new Expectation(history, logs, -1, maxRows), maxRows);
        const cut = cutTransaction(logs, history, 0);
        if (cut !== null) {
          expect(() => reader.run({ actions, rest })).toThrow(stoppedAt(cut));
          return;
        }
        reader.run({ actions, rest });
        const last = history.transactions.at(-1)!;
        expect(reader.merge.oldestPending).toEqual(last.ended ? null : last.gtid);
        expect(reader.merge.idle).toBe(last.ended);
      }),
      { numRuns: 500 },
    );
  });
});
