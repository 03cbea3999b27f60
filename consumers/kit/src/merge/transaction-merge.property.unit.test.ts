import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { connectorPlans, writeLogs } from './testing-connector.ts';
import { Expectation } from './testing-expectation.ts';
import { histories } from './testing-history.ts';
import { Reader, readerPlans } from './testing-reader.ts';

const numRuns = 2500;
const maxRows = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(100));
const start = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ applied: -1 }) },
  { weight: 3, arbitrary: fc.nat({ max: 3 }).map((applied) => ({ applied })) },
);

describe('TransactionMerge, under any legal schedule', () => {
  it('hands out the same whole transactions in commit order, and every checkpoint is exact', () => {
    fc.assert(
      fc.property(
        histories,
        connectorPlans,
        readerPlans,
        maxRows,
        start,
        (history, connector, plan, maxRows, start) => {
          const logs = writeLogs(history, connector);
          const applied = Math.min(start.applied, history.transactions.length);
          const expectation = new Expectation(history, logs, { applied }, maxRows);
          new Reader(logs, expectation, maxRows).run(plan);
        },
      ),
      { numRuns },
    );
  });
});
