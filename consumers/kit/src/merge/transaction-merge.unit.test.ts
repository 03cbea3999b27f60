import { describe, expect, it } from '@jest/globals';
import { Example } from './testing-example.ts';

// All examples start at position 0-1-9 with the tables a and b, unless they say otherwise.

describe('a transaction is closed', () => {
  it('by its END', () => {
    const example = new Example().begin(10).row('a', 10, 'a1');
    expect(example.take()).toBeNull();
    example.end(10, { a: 1 });
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('by the BEGIN of a later GTID, when there is no END (DDL, XA)', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11);
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('by the BEGIN of a GTID in another domain: one binlog is one order', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(1, 7);
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('not by anything else: rows of later transactions, loose rows, control markers', () => {
    const example = new Example()
      .begin(10)
      .row('a', 10, 'a1')
      .row('a', 11, 'a2')
      .loose('b', 's1')
      .control('tx')
      .control('b');
    expect(example.merge.wantsEndOffsets()).toBeNull();
    expect(example.take()).toEqual({ rows: ['s1'], transactions: 0, at: '0-1-9' });
    expect(example.take()).toBeNull();
  });

  it('not by its own BEGIN that comes again', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(10);
    expect(example.merge.wantsEndOffsets()).toBeNull();
    expect(example.take()).toBeNull();
  });

  it('not by the markers of an older pending transaction that come again', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').end(10, { a: 2 }).begin(11).row('b', 11, 'b1');
    example.begin(10).end(10);
    example.row('a', 10, 'a2');
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 1, at: '0-1-10' });
    expect(example.merge.wantsEndOffsets()).toBeNull();
    expect(example.take()).toBeNull();
  });
});

describe('a transaction is whole', () => {
  it('when the counts of END are met, and not before', () => {
    const example = new Example().begin(10).end(10, { a: 2, b: 1 }).row('a', 10, 'a1').row('a', 10, 'a2');
    expect(example.take()).toBeNull();
    example.row('b', 10, 'b1');
    expect(example.take()).toEqual({ rows: ['a1', 'a2', 'b1'], transactions: 1, at: '0-1-10' });
  });

  it('when the counts of END are met over all partitions of a table', () => {
    const example = new Example({ tables: ['a', 'a#2'] }).begin(10).row('a', 10, 'a1').end(10, { a: 2 });
    expect(example.take()).toBeNull();
    example.row('a#2', 10, 'a2');
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 1, at: '0-1-10' });
  });

  it('whatever END counts for tables that are not subscribed', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').end(10, { a: 1, elsewhere: 5 });
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when it has no rows at all: the position moves over idle tables', () => {
    const example = new Example().begin(10).end(10).begin(11).end(11, { elsewhere: 3 });
    expect(example.take()).toEqual({ rows: [], transactions: 2, at: '0-1-11' });
    expect(example.take()).toBeNull();
  });

  it('when every data partition has been read past the end offsets', () => {
    const example = new Example().begin(10).end(10, { a: 2 }).row('a', 10, 'a1');
    example.answer({ a: 1, b: 1 });
    expect(example.take()).toBeNull();
    example.ignored('a');
    expect(example.take()).toBeNull();
    example.ignored('b');
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when control markers fill the offsets up to the end: only the fetch position gets there', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11);
    example.answer({ a: 2, b: 3 });
    example.control('a', 2);
    expect(example.take()).toBeNull();
    example.control('b', 3);
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when a later transaction is in front of a partition, however far its end is', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11);
    example.answer({ a: 1_000_000, b: 1_000_000 });
    example.row('a', 11, 'a2');
    expect(example.take()).toBeNull();
    example.row('b', 12, 'b1');
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when such a row is of another domain whose BEGIN was not read yet', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11).row('a', 1, 'a2', { domain: 7 });
    expect(example.take()).toBeNull();
    example.row('b', 1, 'b1', { domain: 7 });
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when its loose rows never end: past means that the front has reached the end offset', () => {
    const example = new Example({ maxRows: 4 }).begin(10).row('b', 10, 'b1').begin(11).loose('a', 's1');
    example.answer();
    example.loose('a', 's2').loose('a', 's3').loose('a', 's4');
    expect(example.take()).toEqual({ rows: ['s1', 's2', 'b1'], transactions: 1, at: '0-1-10' });
  });

  it('although END counts rows that never come', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').ignored('a').end(10, { a: 2 });
    expect(example.take()).toBeNull();
    expect(example.answer()).toBe(1);
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('not by counts that are less than its rows', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').row('a', 10, 'a2').end(10, { a: 1 });
    expect(example.take()).toBeNull();
    example.answer({ a: 1 });
    expect(example.take()).toBeNull();
    example.row('a', 10, 'a3');
    expect(example.take()).toEqual({ rows: ['a1', 'a2', 'a3'], transactions: 1, at: '0-1-10' });
  });

  it('not by counts that are less than its rows, although a batch holds no more', () => {
    const example = new Example({ maxRows: 2, tables: ['a'] })
      .begin(10)
      .row('a', 10, 'a1')
      .row('a', 10, 'a2')
      .row('a', 10, 'a3');
    expect(example.end(10, { a: 2 }).take()).toEqual({ rows: ['a1', 'a2'], transactions: 0, at: null });
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a3'], transactions: 1, at: '0-1-10' });
  });

  it('not by counts that leave out a table of its rows', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').row('b', 10, 'b1').end(10, { a: 1 });
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'b1'], transactions: 1, at: '0-1-10' });
  });

  it('not while a row of it waits behind loose rows, although that was read past the end', () => {
    const example = new Example({ maxRows: 2 })
      .begin(10)
      .loose('a', 's1')
      .loose('a', 's2')
      .row('a', 10, 'a1')
      .begin(11);
    example.answer();
    expect(example.take()).toEqual({ rows: ['s1'], transactions: 0, at: '0-1-9' });
    expect(example.take()).toEqual({ rows: ['s2', 'a1'], transactions: 1, at: '0-1-10' });
  });

  it('without the rows of the same sequence in another domain', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').row('b', 10, 'b1', { domain: 7 }).begin(11);
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('not by an END without counts', () => {
    const example = new Example().begin(10).end(10, null);
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: [], transactions: 1, at: '0-1-10' });
  });
});

describe('counts are not believed', () => {
  it('after a BEGIN that came again: 100 rows, but END says 40', () => {
    const example = new Example({ maxRows: 1000 }).begin(10).begin(10).end(10, { a: 40 });
    for (let index = 0; index < 40; index++) example.row('a', 10, `a${index}`);
    expect(example.take()).toBeNull();
    example.answer({ a: 60 });
    expect(example.take()).toBeNull();
    for (let index = 40; index < 100; index++) example.row('a', 10, `a${index}`);
    expect(example.take()).toMatchObject({ transactions: 1, at: '0-1-10' });
  });

  it('after a second END', () => {
    const example = new Example().begin(10).end(10, { a: 2 }).end(10, { a: 1 }).row('a', 10, 'a1');
    expect(example.take()).toBeNull();
    example.row('a', 10, 'a2');
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 1, at: '0-1-10' });
  });

  it('after a BEGIN that came again behind END', () => {
    const example = new Example().begin(10).end(10, { a: 1 }).begin(10).row('a', 10, 'a1');
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when END comes after the BEGIN of a later transaction', () => {
    const example = new Example().begin(10).begin(11).end(10, { a: 1 }).row('a', 10, 'a1');
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('when no BEGIN was seen: the END stands for both, and the rows that are there count', () => {
    const example = new Example().end(10, { a: 1 }).begin(11).row('a', 10, 'a1').row('a', 10, 'a2');
    expect(example.take()).toBeNull();
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 1, at: '0-1-10' });
  });

  it('while filling: rows of the snapshot may still be on their way', () => {
    const example = new Example({ position: null }).begin(10).row('b', 10, 'b1').end(10, { b: 1 });
    expect(example.take()).toBeNull();
    example.answer({ a: 2 });
    expect(example.take()).toBeNull();
    example.loose('a', 's1');
    expect(example.take()).toEqual({ rows: ['s1'], transactions: 0, at: 'filling' });
    example.loose('a', 's2');
    expect(example.take()).toEqual({ rows: ['s2', 'b1'], transactions: 1, at: '0-1-10' });
    example.begin(11).row('b', 11, 'b2').end(11, { b: 1 });
    expect(example.take()).toEqual({ rows: ['b2'], transactions: 1, at: '0-1-11' });
  });

  it('while filling: a transaction larger than the limit waits for the rows of the snapshot too', () => {
    const example = new Example({ position: null, maxRows: 2 }).begin(10);
    for (const row of ['b1', 'b2', 'b3']) example.row('b', 10, row);
    expect(example.take()).toBeNull();
    example.end(10, { b: 3 }).answer({ a: 1 });
    expect(example.take()).toBeNull();
    example.loose('a', 's1');
    expect(example.take()).toEqual({ rows: ['s1', 'b1', 'b2'], transactions: 0, at: null });
    expect(example.take()).toEqual({ rows: ['b3'], transactions: 1, at: '0-1-10' });
  });
});

describe('end offsets', () => {
  it('are wanted under one number until they are there', () => {
    const example = new Example().begin(10).begin(11);
    expect(example.merge.wantsEndOffsets()).toBe(1);
    expect(example.merge.wantsEndOffsets()).toBe(1);
    example.merge.endOffsets(1, example.ends({ a: 1 }));
    expect(example.merge.wantsEndOffsets()).toBeNull();
  });

  it('serve every transaction that was closed before the request was handed out', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11).row('a', 11, 'a2').begin(12);
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 2, at: '0-1-11' });
  });

  it('asked for after END serve the transaction, although a later one began meanwhile', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').end(10, null);
    const request = example.merge.wantsEndOffsets()!;
    const ends = example.ends();
    example.begin(11);
    example.merge.endOffsets(request, ends);
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
  });

  it('of an older request never serve a transaction that was closed after it was handed out', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(11);
    const request = example.merge.wantsEndOffsets()!;
    const ends = example.ends();
    example.begin(12);
    example.merge.endOffsets(request, ends);
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
    expect(example.take()).toBeNull();
    expect(example.merge.wantsEndOffsets()).toBe(2);
    example.merge.endOffsets(2, example.ends({ b: 1 }));
    example.merge.endOffsets(1, ends);
    expect(example.take()).toBeNull();
    example.row('b', 11, 'b1');
    expect(example.take()).toEqual({ rows: ['b1'], transactions: 1, at: '0-1-11' });
  });

  it('are wanted again after a marker that came again: its rows may be further', () => {
    for (const again of ['begin', 'end'] as const) {
      const example = new Example().begin(10).row('a', 10, 'a1').end(10, null);
      expect(example.answer({ b: 1 })).toBe(1);
      example[again](10);
      example.control('b');
      expect(example.take()).toBeNull();
      expect(example.answer()).toBe(2);
      expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
    }
  });

  it('are not wanted for what is open or whole', () => {
    expect(new Example().merge.wantsEndOffsets()).toBeNull();
    expect(new Example().begin(10).row('a', 10, 'a1').merge.wantsEndOffsets()).toBeNull();
    expect(new Example().begin(10).row('a', 10, 'a1').end(10, { a: 1 }).merge.wantsEndOffsets()).toBeNull();
  });
});

describe('transactions come in commit order', () => {
  it('that of their first BEGIN, over all domains', () => {
    const example = new Example().begin(10).begin(3, 7).begin(11).begin(3, 7).begin(12);
    example.row('a', 10, 'a1').row('a', 3, 'a2', { domain: 7 }).row('a', 11, 'a3');
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2', 'a3'], transactions: 3, at: '0-1-11,7-1-3' });
  });

  it('by the number of the sequence, not as text', () => {
    const example = new Example().begin(99).row('a', 99, 'a1').begin(100).row('a', 100, 'a2').begin(101);
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 2, at: '0-1-100' });
  });

  it('and their rows by binlog position and row number over all tables', () => {
    const example = new Example()
      .begin(10)
      .row('a', 10, 'a1', { at: 100, rowNumber: 1 })
      .row('a', 10, 'a2', { at: 300 });
    example.row('b', 10, 'b1', { at: 100 }).row('b', 10, 'b2', { at: 200 }).row('b', 10, 'b3', { at: 1000 });
    example.end(10, { a: 2, b: 3 });
    expect(example.take()?.rows).toEqual(['b1', 'a1', 'b2', 'a2', 'b3']);
  });

  it('and of a changed primary key the delete before the create, wherever its partitions are', () => {
    for (const tables of [
      ['a', 'a#2'],
      ['a#2', 'a'],
    ]) {
      const example = new Example({ tables }).begin(10);
      example
        .row('a#2', 10, 'gone', { at: 100, operation: 'delete' })
        .row('a', 10, 'new', { at: 100, operation: 'create' });
      expect(example.end(10, { a: 2 }).take()?.rows).toEqual(['gone', 'new']);
    }
  });
});
