import { type ChangeEvent, parseGtid, type TransactionMarker } from '@banyan/kit';
import { describe, expect, it } from '@jest/globals';
import { WatchedTransaction } from './watched-transaction.ts';

const gtid = (text: string) => parseGtid(text)!;
const marker = (
  status: 'BEGIN' | 'END',
  id: string,
  counts: Record<string, number> | null = null,
): TransactionMarker => ({
  status,
  transaction: gtid(id),
  timestampMs: 0,
  counts: counts && new Map(Object.entries(counts)),
});
const change = (
  id: string,
  binlogPosition: number,
  rowNumber: number,
  operation: ChangeEvent['operation'] = 'create',
) => ({
  topic: 't',
  partition: 0,
  offset: 0n,
  key: null,
  change: {
    operation,
    table: 'bank.a',
    before: null,
    after: null,
    source: { binlogFile: 'b.1', binlogPosition, rowNumber, timestampMs: 0 },
    transaction: gtid(id),
  },
});

describe('a transaction that is watched', () => {
  it('has its rows in binlog order, each once, a delete before the create at its place', () => {
    const watched = new WatchedTransaction(gtid('0-1-5'));
    for (const [position, row, operation] of [
      [20, 0, 'create'],
      [20, 0, 'delete'],
      [9, 1, 'create'],
      [9, 0, 'create'],
      [9, 0, 'create'],
    ] as const)
      watched.change(change('0-1-5', position, row, operation));
    watched.change(change('0-1-6', 1, 0));
    const places = watched.rows.map(
      (row) => `${row.change.source.binlogPosition}/${row.change.source.rowNumber} ${row.change.operation}`,
    );
    expect(places).toEqual(['9/0 create', '9/1 create', '20/0 delete', '20/0 create']);
    expect(watched.repeated).toBe(1);
  });

  it('is closed by its END, or by a later BEGIN of its domain, and by nothing else', () => {
    const watched = new WatchedTransaction(gtid('0-1-5'));
    watched.marker(marker('BEGIN', '0-1-5'));
    watched.marker(marker('BEGIN', '7-1-9'));
    watched.marker(marker('BEGIN', '0-1-4'));
    expect(watched.closed).toBe(false);
    watched.marker(marker('BEGIN', '0-1-6'));
    expect([watched.closed, watched.hasEnded]).toEqual([true, false]);
    const ended = new WatchedTransaction(gtid('0-1-5'));
    ended.marker(marker('BEGIN', '0-1-5'));
    ended.marker(marker('END', '0-1-5', { 'bank.a': 2 }));
    ended.change(change('0-1-5', 1, 0));
    expect([ended.closed, ended.missing]).toEqual([true, ['bank.a: 1 of 2 rows']]);
  });

  it('that was begun again is not held to the counts of its END', () => {
    const watched = new WatchedTransaction(gtid('0-1-5'));
    for (const status of ['BEGIN', 'BEGIN'] as const) watched.marker(marker(status, '0-1-5'));
    watched.marker(marker('END', '0-1-5', { 'bank.a': 9 }));
    expect(watched.missing).toEqual([]);
  });

  it.each([
    ['0-1-1', /before the stream's first transaction, 0-1-3/],
    ['0-1-9', /has not come; the newest is 0-1-6/],
    ['0-2-6', /0-1-6 is, by another server/],
    ['4-1-1', /no transaction of domain 4/],
    ['0-1-5', /which has 0-1-3 to 0-1-6/],
  ])('%s that is not there says what is', (id, says) => {
    const watched = new WatchedTransaction(gtid(id));
    for (const seen of ['0-1-3', '0-1-6']) watched.marker(marker('BEGIN', seen));
    expect([watched.found, watched.absence]).toEqual([false, expect.stringMatching(says)]);
  });
});
