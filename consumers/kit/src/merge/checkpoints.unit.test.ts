import { describe, expect, it } from '@jest/globals';
import { parsePosition } from '../change-event/index.ts';
import { Example } from './testing-example.ts';
import { TransactionMerge } from './transaction-merge.ts';

describe('the offsets of a checkpoint', () => {
  it('are the fetch positions when nothing is pending or queued', () => {
    const example = new Example()
      .begin(10)
      .row('a', 10, 'a1')
      .end(10, { a: 1 })
      .control('tx', 2)
      .ignored('a')
      .control('b', 3);
    expect(example.takeOffsets()).toEqual({ tx: 4, a: 2, b: 3 });
  });

  it('are those of the first rows not handed out', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').control('a', 4).row('a', 11, 'a2').row('a', 11, 'a3');
    example.end(10, { a: 1 });
    expect(example.takeOffsets()).toEqual({ tx: 2, a: 5, b: 0 });
  });

  it('pass over rows that were dropped', () => {
    const example = new Example()
      .row('a', 9, 'a0')
      .begin(10)
      .row('a', 10, 'a1', { at: 100 })
      .row('a', 10, 'a1', { at: 100 });
    example.end(10, { a: 1 });
    expect(example.takeOffsets()).toEqual({ tx: 2, a: 3, b: 0 });
  });

  it('stay at rows that are held for a pending transaction', () => {
    const example = new Example().loose('a', 's1').begin(10).row('a', 10, 'a1').loose('a', 's2').loose('b', 's3');
    expect(example.takeOffsets()).toEqual({ tx: 0, a: 1, b: 1 });
  });

  it('do not pass the BEGIN of the oldest pending transaction, even when it is what closed the one before', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11);
    example.answer();
    expect(example.takeOffsets()).toEqual({ tx: 1, a: 1, b: 0 });
  });

  it('stay at the first BEGIN when it comes again', () => {
    const example = new Example().begin(10).end(10).begin(11).begin(10).end(10).begin(11);
    example.answer();
    expect(example.takeOffsets()).toEqual({ tx: 2, a: 0, b: 0 });
  });

  it('stay at the END that stands for a BEGIN that was not seen', () => {
    const example = new Example().begin(9).end(10).loose('a', 's1');
    expect(example.takeOffsets()).toEqual({ tx: 1, a: 1, b: 0 });
  });
});

describe('the rest of a checkpoint', () => {
  it('is the commit time of the newest transaction: that of END, or of BEGIN when there is none', () => {
    const example = new Example().begin(10).end(10);
    expect(example.merge.take()?.checkpoint?.committedAtMs).toBe(10_001);
    example.begin(11).begin(12);
    example.answer();
    expect(example.merge.take()?.checkpoint?.committedAtMs).toBe(11_000);
  });

  it('has neither a position nor a time while filling, whatever is handed out', () => {
    const example = new Example({ position: null }).loose('a', 's1').begin(10);
    expect(example.merge.take()?.checkpoint).toMatchObject({ position: null, committedAtMs: null });
  });

  it('keeps the position and the time when only loose rows went out', () => {
    const offsets = new Map([
      ['tx/0', 0n],
      ['a/0', 0n],
      ['b/0', 0n],
    ]);
    const start = { position: new Map([[7, { domain: 7, server: 1, sequence: 3n }]]), committedAtMs: 42, offsets };
    const example = new Example({ start }).loose('a', 's1');
    expect(example.merge.take()?.checkpoint).toMatchObject({ position: start.position, committedAtMs: 42 });
  });
});

describe('a merge refuses', () => {
  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'nothing';
  };
  const change = (offset: bigint) => ({
    kind: 'change' as const,
    offset,
    change: {
      operation: 'read' as const,
      table: 'bank.a',
      before: null,
      after: {},
      source: { binlogFile: 'bin.1', binlogPosition: 4, rowNumber: 0, timestampMs: 0 },
      transaction: null,
    },
  });
  const marker = (offset: bigint) => ({
    kind: 'marker' as const,
    offset,
    marker: {
      status: 'BEGIN' as const,
      transaction: { domain: 0, server: 1, sequence: 10n },
      timestampMs: 0,
      counts: null,
    },
  });
  const started = () => {
    const { merge } = new Example();
    merge.push('a/0', [change(5n)], 7n);
    return merge;
  };

  it('an offset below the position of its partition, or out of order', () => {
    expect(codeOf(() => started().push('a/0', [change(6n)], 8n))).toBe('offset-went-back');
    expect(codeOf(() => started().push('a/0', [change(8n), change(8n)], 10n))).toBe('offset-went-back');
    expect(codeOf(() => started().push('a/0', [change(8n)], 8n))).toBe('offset-went-back');
    expect(codeOf(() => started().push('a/0', [], 6n))).toBe('offset-went-back');
    expect(codeOf(() => started().push('a/0', [], 7n))).toBe('nothing');
    expect(codeOf(() => started().push('tx/0', [{ kind: 'ignored', offset: 2n }], 2n))).toBe('offset-went-back');
  });

  it('a whole chunk, when a part of it is wrong', () => {
    const merge = started();
    codeOf(() => merge.push('a/0', [change(8n), marker(9n)], 10n));
    expect(merge.queuedRows).toBe(1);
  });

  it('a marker among changes and a change among markers', () => {
    expect(codeOf(() => started().push('a/0', [marker(8n)], 9n))).toBe('marker-among-changes');
    expect(codeOf(() => started().push('tx/0', [change(0n)], 1n))).toBe('change-among-markers');
  });

  it('a partition that is not subscribed', () => {
    expect(codeOf(() => started().push('c/0', [], 0n))).toBe('unknown-partition');
    expect(codeOf(() => started().wantsMore('c/0'))).toBe('unknown-partition');
  });

  it('end offsets that it did not ask for, or that lack a partition', () => {
    const example = new Example().begin(10).begin(11);
    expect(codeOf(() => example.merge.endOffsets(1, example.ends()))).toBe('request-unknown');
    const request = example.merge.wantsEndOffsets()!;
    expect(codeOf(() => example.merge.endOffsets(0, example.ends()))).toBe('request-unknown');
    expect(codeOf(() => example.merge.endOffsets(request, new Map([['a/0', 1n]])))).toBe('end-offset-missing');
    expect(codeOf(() => example.merge.endOffsets(request, example.ends()))).toBe('nothing');
  });

  it('options that cannot work', () => {
    const start = { position: null, committedAtMs: null, offsets: new Map([['tx/0', 0n]]) };
    const of = (tables: Map<string, string>, maxRows: number) => () =>
      new TransactionMerge({ markers: 'tx/0', tables, start, maxRows });
    expect(codeOf(of(new Map(), 1))).toBe('nothing');
    expect(codeOf(of(new Map(), 0))).toBe('max-rows-invalid');
    expect(codeOf(of(new Map(), 1.5))).toBe('max-rows-invalid');
    expect(codeOf(of(new Map([['a/0', 'bank.a']]), 1))).toBe('start-offset-missing');
    expect(codeOf(of(new Map([['tx/0', 'bank.a']]), 1))).toBe('partition-twice');
  });
});

describe('a position that is told while filling', () => {
  const told = parsePosition('0-1-9')!;
  const settled = (example: Example) => example.merge.settle(told, 9000);

  it('is taken when nothing waits, and what it covers is a redelivery from then on', () => {
    const example = new Example({ position: null }).loose('a', 's1');
    expect(settled(example)).toBeNull();
    expect(example.take()).toEqual({ rows: ['s1'], transactions: 0, at: 'filling' });
    expect(settled(example)).toMatchObject({ position: told, committedAtMs: 9000 });
    example.begin(9).end(9, { a: 1 }).begin(10).row('a', 10, 'a1').end(10, { a: 1 });
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('is taken before a later transaction that is open, as a DDL statement stays, and that one comes after it', () => {
    const example = new Example({ position: null }).begin(10);
    const { offsets } = settled(example)!;
    expect(offsets.get('tx/0')).toBe(0n);
    example.end(10);
    expect(example.take()).toEqual({ rows: [], transactions: 1, at: '0-1-10' });
  });

  it('is not taken while a transaction waits that it covers, nor when there is a position already', () => {
    const open = new Example({ position: null }).begin(9);
    expect(settled(open)).toBeNull();
    const filled = new Example({ position: '0-1-8' });
    expect(settled(filled)).toBeNull();
    expect(filled.begin(9).row('a', 9, 'a1').end(9, { a: 1 }).take()).toMatchObject({ at: '0-1-9' });
  });
});
