import { describe, expect, it } from '@jest/globals';
import { Example } from './testing-example.ts';

describe('rows without a transaction', () => {
  it('go at once while the head is open, with the position as it is', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').loose('b', 's1').loose('b', 'gone', 'truncate');
    expect(example.take()).toEqual({ rows: ['s1', 'gone'], transactions: 0, at: '0-1-9' });
  });

  it('go before the next transactional row of their partition', () => {
    const example = new Example().loose('a', 's1').begin(10).row('a', 10, 'a1').end(10, { a: 1 });
    expect(example.take()).toEqual({ rows: ['s1', 'a1'], transactions: 1, at: '0-1-10' });
  });

  it('stay behind the rows of the head in their partition, and go out with it', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').loose('a', 's1').row('a', 10, 'a2').loose('a', 's2');
    expect(example.take()).toBeNull();
    example.row('b', 10, 'b1').end(10, { a: 2, b: 1 });
    expect(example.take()).toEqual({ rows: ['a1', 's1', 'a2', 's2', 'b1'], transactions: 1, at: '0-1-10' });
  });

  it('wait behind a row of a later transaction', () => {
    const example = new Example().begin(10).row('a', 11, 'a1').loose('a', 's1');
    expect(example.take()).toBeNull();
    example.end(10).begin(11).end(11, { a: 1 });
    expect(example.take()).toEqual({ rows: ['a1', 's1'], transactions: 2, at: '0-1-11' });
  });

  it('flow in any number behind a row of the open head: it is handed out in parts then', () => {
    const example = new Example({ maxRows: 3, tables: ['a'] }).begin(10).row('a', 10, 'a1');
    let handedOut = 0;
    for (let index = 0; index < 1000; index++) {
      expect(example.merge.wantsMore('a/0')).toBe(true);
      example.loose('a', `s${index}`);
      handedOut += example.take()?.rows.length ?? 0;
    }
    expect(handedOut).toBe(1001);
    expect(example.end(10, { a: 1 }).take()).toEqual({ rows: [], transactions: 1, at: '0-1-10' });
  });

  it('are not committed while a transaction is partly handed out', () => {
    const example = new Example({ maxRows: 3 }).begin(10);
    for (const row of ['a1', 'a2', 'a3']) example.row('a', 10, row);
    example.row('b', 10, 'b1');
    expect(example.take()).toEqual({ rows: ['a1', 'a2', 'a3'], transactions: 0, at: null });
    expect(example.loose('a', 's1').take()).toEqual({ rows: ['s1'], transactions: 0, at: null });
    expect(example.end(10, { a: 3, b: 1 }).take()).toEqual({ rows: ['b1'], transactions: 1, at: '0-1-10' });
  });

  it('leave half of every batch to transactions: the position moves during a long incremental snapshot', () => {
    const example = new Example({ maxRows: 4 });
    for (let sequence = 10; sequence < 20; sequence++) {
      while (example.merge.wantsMore('a/0')) example.loose('a', 's');
      example.begin(sequence).row('b', sequence, `b${sequence}`).end(sequence, { b: 1 });
      expect(example.take()).toEqual({ rows: ['s', 's', `b${sequence}`], transactions: 1, at: `0-1-${sequence}` });
    }
  });

  it('of every partition get their turn', () => {
    const example = new Example({ maxRows: 2 });
    const rows: string[] = [];
    for (let round = 0; round < 4; round++) {
      for (const table of ['a', 'b']) while (example.merge.wantsMore(`${table}/0`)) example.loose(table, table);
      rows.push(...example.take()!.rows);
    }
    expect(new Set(rows)).toEqual(new Set(['a', 'b']));
  });
});

describe('a batch', () => {
  it('packs small transactions up to maxRows and ends at a boundary', () => {
    const example = new Example({ maxRows: 5 });
    for (const sequence of [10, 11, 12]) {
      example
        .begin(sequence)
        .row('a', sequence, `a${sequence}`)
        .row('b', sequence, `b${sequence}`)
        .end(sequence, { a: 1, b: 1 });
    }
    expect(example.take()).toEqual({ rows: ['a10', 'b10', 'a11', 'b11'], transactions: 2, at: '0-1-11' });
    expect(example.take()).toEqual({ rows: ['a12', 'b12'], transactions: 1, at: '0-1-12' });
    expect(example.take()).toBeNull();
  });

  it('of a transaction of exactly maxRows is whole', () => {
    const example = new Example({ maxRows: 2 }).begin(10).row('a', 10, 'a1').row('b', 10, 'b1').end(10, { a: 1, b: 1 });
    expect(example.take()).toEqual({ rows: ['a1', 'b1'], transactions: 1, at: '0-1-10' });
  });

  it('of a large transaction is a part without a checkpoint; the last part has it', () => {
    const example = new Example({ maxRows: 2, tables: ['a'] }).begin(10);
    for (const row of ['a1', 'a2', 'a3']) example.row('a', 10, row);
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 0, at: null });
    expect(example.take()).toBeNull();
    expect(example.end(10, { a: 3 }).take()).toEqual({ rows: ['a3'], transactions: 1, at: '0-1-10' });
  });

  it('of a large transaction has no row of which another table may have an earlier one', () => {
    const example = new Example({ maxRows: 2 }).begin(10).row('a', 10, 'a1').row('a', 10, 'a2').row('a', 10, 'a3');
    expect(example.take()).toBeNull();
    example.row('b', 10, 'b1');
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 0, at: null });
    example.row('a', 10, 'a4').row('a', 10, 'a5').row('b', 10, 'b2');
    expect(example.take()).toEqual({ rows: ['a3', 'b1'], transactions: 0, at: null });
    example.end(10, { a: 5, b: 2 });
    expect(example.take()).toEqual({ rows: ['a4', 'a5'], transactions: 0, at: null });
    expect(example.take()).toEqual({ rows: ['b2'], transactions: 1, at: '0-1-10' });
  });

  it('of a large closed transaction goes on when the other tables are read to their ends, and is not its last one yet', () => {
    const example = new Example({ maxRows: 2 })
      .begin(10)
      .row('a', 10, 'a1')
      .row('a', 10, 'a2')
      .row('a', 10, 'a3')
      .begin(11);
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 0, at: null });
    expect(example.take()).toEqual({ rows: ['a3'], transactions: 1, at: '0-1-10' });
  });

  it('never begins a large transaction behind a small one: the small one is committed first', () => {
    const example = new Example({ maxRows: 2 }).begin(10).row('a', 10, 'a1').end(10, { a: 1 });
    example.begin(11).row('a', 11, 'a2').row('b', 11, 'b1').row('b', 11, 'b2');
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
    example.row('a', 11, 'a3').end(11, { a: 2, b: 2 });
    expect(example.take()).toEqual({ rows: ['a2', 'b1'], transactions: 0, at: null });
    example.begin(12).end(12);
    expect(example.take()).toEqual({ rows: ['b2', 'a3'], transactions: 2, at: '0-1-12' });
  });

  it('never begins a large transaction behind an idle one either', () => {
    const example = new Example({ maxRows: 2, tables: ['a'] }).begin(10).end(10).begin(11);
    example.row('a', 11, 'a1').row('a', 11, 'a2');
    expect(example.take()).toEqual({ rows: [], transactions: 1, at: '0-1-10' });
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 0, at: null });
  });

  it('that was handed out does not change any more', () => {
    const example = new Example().begin(10).end(10);
    const { checkpoint } = example.merge.take()!;
    example.begin(11).row('a', 11, 'a1').end(11, { a: 1 }).take();
    expect(checkpoint!.position!.get(0)!.sequence).toBe(10n);
    expect(checkpoint!.offsets).toEqual(
      new Map([
        ['tx/0', 2n],
        ['a/0', 0n],
        ['b/0', 0n],
      ]),
    );
  });
});

describe('flow control', () => {
  it('stops a data partition at maxRows queued rows', () => {
    const example = new Example({ maxRows: 2 }).row('a', 10, 'a1');
    expect(example.merge.wantsMore('a/0')).toBe(true);
    example.row('a', 10, 'a2');
    expect(example.merge.wantsMore('a/0')).toBe(false);
    expect(example.merge.wantsMore('b/0')).toBe(true);
    expect(example.merge.wantsMore('tx/0')).toBe(true);
  });

  it('stops the markers at maxRows pending transactions, but never before the head can be closed', () => {
    const example = new Example({ maxRows: 1 }).begin(10);
    expect(example.merge.wantsMore('tx/0')).toBe(true);
    example.begin(11);
    expect(example.merge.wantsMore('tx/0')).toBe(false);
    example.answer();
    example.take();
    expect(example.merge.wantsMore('tx/0')).toBe(true);
  });

  it('hands out a transaction that fills a queue, so that the queue is wanted again', () => {
    const example = new Example({ maxRows: 2, tables: ['a'] }).begin(10).row('a', 10, 'a1').row('a', 10, 'a2');
    example.take();
    expect(example.merge.wantsMore('a/0')).toBe(true);
  });
});

describe('what it says of itself', () => {
  it('is idle when nothing is pending and nothing queued', () => {
    const example = new Example();
    const facts = () => [example.merge.idle, example.merge.oldestPending?.sequence, example.merge.queuedRows];
    expect(facts()).toEqual([true, undefined, 0]);
    example.row('a', 10, 'a1');
    expect(facts()).toEqual([false, undefined, 1]);
    example.begin(10).begin(11);
    expect(facts()).toEqual([false, 10n, 1]);
    example.answer();
    example.take();
    expect(facts()).toEqual([false, 11n, 0]);
    example.end(11).take();
    expect(facts()).toEqual([true, undefined, 0]);
  });
});
