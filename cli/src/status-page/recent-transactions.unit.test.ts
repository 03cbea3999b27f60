import { type ChangeEvent, type Operation, parseGtid, type TransactionMarker } from '@banyan/kit';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecentTransactions } from './recent-transactions.ts';

let recent: RecentTransactions;
beforeEach(() => {
  recent = new RecentTransactions();
});

const marker = (status: 'BEGIN' | 'END', sequence: number, counts: Record<string, number> = {}) =>
  recent.marker({
    status,
    transaction: parseGtid(`0-1-${sequence}`),
    timestampMs: sequence * 1000,
    counts: status === 'END' ? new Map(Object.entries(counts)) : null,
  } as TransactionMarker);

const change = (sequence: number | null, table: string, operation: Operation) =>
  recent.change({
    table,
    operation,
    transaction: sequence === null ? null : parseGtid(`0-1-${sequence}`),
    after: { secret: 'sesame' },
  } as unknown as ChangeEvent);

const shown = (limit = 10) =>
  recent
    .newest(limit)
    .map(({ gtid, isOpen, tables }) => [
      gtid,
      isOpen ? 'open' : 'whole',
      ...tables.map(({ table, what }) => `${table} ${what}`),
    ]);

describe('the last transactions', () => {
  it('are told by table and operation, whichever way their records come, the newest first, and no value of them', () => {
    marker('BEGIN', 1);
    change(1, 'b.a', 'update');
    change(2, 'b.l', 'create');
    change(1, 'b.a', 'update');
    marker('END', 1, { 'b.a': 2 });
    marker('BEGIN', 2);
    marker('END', 2, { 'b.l': 1, 'b.a': 1 });
    change(2, 'b.a', 'delete');
    expect(shown()).toEqual([
      ['0-1-2', 'whole', 'b.l 1 created', 'b.a 1 deleted'],
      ['0-1-1', 'whole', 'b.a 2 updated'],
    ]);
    expect(shown(1)).toHaveLength(1);
    expect(JSON.stringify(recent.newest(9))).not.toContain('sesame');
    expect(recent.newest(1)[0]!.atMs).toBe(2000);
  });

  it('are open until they end, and none that touched no captured table', () => {
    marker('BEGIN', 1);
    marker('END', 1);
    marker('BEGIN', 2);
    change(2, 'b.a', 'create');
    change(null, 'b.a', 'read');
    expect(shown()).toEqual([['0-1-2', 'open', 'b.a 1 created']]);
  });

  it('are counted by END where rows came twice, or before what was read; an END that comes again has no counts', () => {
    change(1, 'b.a', 'create');
    change(1, 'b.a', 'create');
    marker('END', 1, { 'b.a': 1, 'b.l': 3 });
    marker('BEGIN', 1);
    marker('END', 1);
    expect(shown()).toEqual([['0-1-1', 'whole', 'b.a 1 row', 'b.l 3 rows']]);
  });

  it('are few: what is old is forgotten', () => {
    for (let sequence = 1; sequence <= 5000; sequence++) marker('END', sequence, { 'b.a': 1 });
    expect(recent.newest(10_000)).toHaveLength(1000);
  });
});
