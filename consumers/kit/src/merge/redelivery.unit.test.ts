import { describe, expect, it } from '@jest/globals';
import { Example } from './testing-example.ts';

describe('what is delivered again', () => {
  it('BEGIN and END at or below the position are ignored', () => {
    const example = new Example().begin(8).end(8).begin(9).end(9).end(9);
    expect(example.take()).toBeNull();
    expect(example.merge.idle).toBe(true);
    example.begin(10).row('a', 10, 'a1').begin(9).end(9);
    expect(example.merge.wantsEndOffsets()).toBeNull();
    example.end(10, { a: 1 });
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
    example.begin(10).end(10);
    expect(example.take()).toBeNull();
  });

  it('rows at or below the start position are dropped', () => {
    const example = new Example().row('a', 8, 'a1').row('a', 9, 'a2').begin(10).row('a', 10, 'a3').end(10, { a: 1 });
    expect(example.merge.queuedRows).toBe(1);
    expect(example.take()).toEqual({ rows: ['a3'], transactions: 1, at: '0-1-10' });
  });

  it('rows of a transaction that was handed out are dropped', () => {
    const example = new Example()
      .begin(10)
      .row('a', 10, 'a1', { at: 100 })
      .row('b', 10, 'b1', { at: 200 })
      .end(10, { a: 1, b: 1 });
    example.take();
    example.row('a', 10, 'a1', { at: 100 }).row('b', 10, 'b1', { at: 200 });
    expect(example.merge.queuedRows).toBe(0);
    expect(example.take()).toBeNull();
  });

  it('such rows are dropped, too, when they come from the binlog of another server', () => {
    const example = new Example().begin(10).row('a', 10, 'a1', { at: 100 }).end(10, { a: 1 });
    example.take();
    example.row('a', 10, 'a1', { at: 700, binlogFile: 'replica.1' });
    expect(example.merge.queuedRows).toBe(0);
  });

  it('rows of a pending transaction are dropped by binlog position and row number', () => {
    const example = new Example()
      .begin(10)
      .row('a', 10, 'a1', { at: 100 })
      .row('a', 10, 'a2', { at: 100, rowNumber: 1 });
    example.row('a', 10, 'a1', { at: 100 }).row('a', 10, 'a2', { at: 100, rowNumber: 1 });
    example.row('a', 10, 'a3', { at: 200 }).row('a', 10, 'a2', { at: 100, rowNumber: 1 }).end(10, { a: 3 });
    expect(example.take()).toEqual({ rows: ['a1', 'a2', 'a3'], transactions: 1, at: '0-1-10' });
  });

  it('rows of an older pending transaction are dropped behind a later one', () => {
    const example = new Example()
      .begin(10)
      .row('a', 10, 'a1')
      .row('a', 11, 'a2')
      .row('a', 10, 'a1')
      .row('a', 11, 'a3')
      .begin(11);
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1'], transactions: 1, at: '0-1-10' });
    example.end(11, { a: 2 });
    expect(example.take()).toEqual({ rows: ['a2', 'a3'], transactions: 1, at: '0-1-11' });
  });

  it('rows of two domains are told apart', () => {
    const example = new Example().begin(10).begin(5, 7).begin(11);
    example.row('a', 10, 'a1', { at: 100 }).row('a', 5, 'a2', { at: 200, domain: 7 });
    example
      .row('a', 10, 'a1', { at: 100 })
      .row('a', 5, 'a2', { at: 200, domain: 7 })
      .row('a', 5, 'a3', { at: 300, domain: 7 });
    example.answer();
    expect(example.take()).toEqual({ rows: ['a1', 'a2', 'a3'], transactions: 2, at: '0-1-10,7-1-5' });
  });

  it('rows of a transaction that is handed out in parts are dropped too', () => {
    const example = new Example({ maxRows: 2, tables: ['a'] })
      .begin(10)
      .row('a', 10, 'a1', { at: 100 })
      .row('a', 10, 'a2', { at: 200 });
    expect(example.take()).toEqual({ rows: ['a1', 'a2'], transactions: 0, at: null });
    example.begin(10).row('a', 10, 'a1', { at: 100 }).row('a', 10, 'a2', { at: 200 }).row('a', 10, 'a3', { at: 300 });
    example.end(10, { a: 3 });
    example.answer();
    expect(example.take()).toEqual({ rows: ['a3'], transactions: 1, at: '0-1-10' });
  });

  it('a changed primary key is a delete and a create at one place, and neither is dropped', () => {
    const example = new Example().begin(10);
    const send = () =>
      example
        .row('a', 10, 'gone', { at: 100, operation: 'delete' })
        .row('a', 10, 'new', { at: 100, operation: 'create' });
    send();
    send();
    example.end(10, { a: 2 });
    expect(example.take()).toEqual({ rows: ['gone', 'new'], transactions: 1, at: '0-1-10' });
  });

  it('of a changed primary key that was cut in the middle, only the create is new', () => {
    const example = new Example().begin(10).row('a', 10, 'gone', { at: 100, operation: 'delete' });
    example
      .row('a', 10, 'gone', { at: 100, operation: 'delete' })
      .row('a', 10, 'new', { at: 100, operation: 'create' });
    example.end(10, { a: 2 });
    expect(example.take()?.rows).toEqual(['gone', 'new']);
  });

  it('any other pair at one place is one row', () => {
    const example = new Example().begin(10);
    example.row('a', 10, 'a1', { at: 100, operation: 'delete' }).row('a', 10, 'a2', { at: 100, operation: 'update' });
    example.row('a', 10, 'a3', { at: 200, operation: 'create' }).row('a', 10, 'a4', { at: 200, operation: 'create' });
    example.end(10, { a: 2 });
    expect(example.take()?.rows).toEqual(['a1', 'a3']);
  });

  it('END of an applied transaction, read first after a restart, is ignored', () => {
    const before = new Example().begin(10).begin(11);
    before.answer();
    const { checkpoint } = before.merge.take()!;
    const after = new Example({ start: { ...checkpoint!, offsets: new Map([...checkpoint!.offsets, ['tx/0', 2n]]) } });
    after.end(10).begin(10).end(10);
    expect(after.merge.idle).toBe(true);
    expect(after.take()).toBeNull();
  });
});

describe('what cannot be told apart stops', () => {
  it('a row of a transaction that was handed out as whole without it', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').end(10, { a: 1 });
    example.take();
    expect(() => example.row('a', 10, 'a2')).toThrow(expect.objectContaining({ code: 'row-too-late' }));
    expect(() => example.row('b', 10, 'b1')).toThrow(expect.objectContaining({ code: 'row-too-late' }));
  });

  it('such a row that was in the queue already', () => {
    const example = new Example({ maxRows: 2 }).begin(10).row('b', 10, 'b1').end(10, { b: 1 });
    example.loose('a', 's1').loose('a', 's2').row('a', 10, 'a1');
    expect(example.take()).toEqual({ rows: ['s1', 'b1'], transactions: 1, at: '0-1-10' });
    example.begin(11).begin(12);
    expect(() => example.take()).toThrow(expect.objectContaining({ code: 'row-too-late' }));
  });

  it('a transaction with rows that was begun again while open, and closed by a later BEGIN alone', () => {
    const example = new Example().begin(10).row('a', 10, 'a1').begin(10).begin(11);
    example.answer();
    expect(() => example.take()).toThrow(
      expect.objectContaining({ code: 'transaction-cut', message: expect.stringContaining('tx/0 at offset 0') }),
    );
  });

  it('but not one that ends later, has no rows, was closed when it was begun again, or is a TRUNCATE', () => {
    const begunAgain = () => new Example().begin(10).row('a', 10, 'a1').begin(10);
    const legal = [
      begunAgain().end(10, null),
      begunAgain().begin(10).end(10, null),
      new Example().begin(10).begin(10).begin(11),
      new Example().begin(10).row('a', 10, 'a1').begin(11).begin(10),
      new Example().begin(10).row('a', 10, 'a1', { operation: 'truncate' }).begin(10).begin(11),
    ];
    for (const example of legal) {
      example.answer();
      expect(example.take()).toMatchObject({ transactions: 1, at: '0-1-10' });
    }
  });

  it('a row whose BEGIN was before the start', () => {
    const example = new Example().begin(11).row('a', 10, 'a1').begin(12);
    expect(() => example.take()).toThrow(expect.objectContaining({ code: 'begin-missing' }));
  });

  it('a GTID below one that began before it', () => {
    for (const marker of ['begin', 'end'] as const) {
      const example = new Example().begin(12);
      expect(() => example[marker](11)).toThrow(expect.objectContaining({ code: 'gtid-went-back' }));
    }
  });

  it('one transaction from the binlogs of two servers', () => {
    const example = new Example().begin(10).row('a', 10, 'a1', { binlogFile: 'bin.1' });
    expect(() => example.row('a', 10, 'a2', { binlogFile: 'bin.2' })).toThrow(
      expect.objectContaining({ code: 'binlog-changed' }),
    );
    example.row('a', 11, 'a3', { binlogFile: 'bin.2', at: 4 });
    expect(example.merge.queuedRows).toBe(2);
  });
});
