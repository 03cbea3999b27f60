import { describe, expect, it } from '@jest/globals';
import { binlogOffset, snapshotDoneOffset, snapshotOffset } from '../testing/samples.ts';
import { evidenceIn, offsetFor } from './evidence.ts';

describe('evidenceIn', () => {
  it.each([
    [undefined, 'none'],
    [null, 'none'],
    [{}, 'none'],
    [snapshotOffset, 'snapshot'],
    [{ ...snapshotOffset, snapshot: true }, 'snapshot'],
    [{ ...binlogOffset, snapshot: 'BLOCKING' }, 'snapshot'],
    [snapshotDoneOffset, 'snapshot-done'],
    [binlogOffset, 'binlog-read'],
    [{ ...binlogOffset, snapshot: 'INCREMENTAL' }, 'binlog-read'],
  ])('%j is %s', (offset, evidence) => {
    expect(evidenceIn(offset)).toBe(evidence);
  });
});

describe('offsetFor', () => {
  const entry = (server: string) => ({ partition: { server }, offset: binlogOffset });

  it('takes the prefix’s own, and not one left by a former prefix', () => {
    expect(offsetFor([entry('old'), entry('bank')], 'bank')).toEqual(entry('bank'));
    expect(offsetFor([entry('old')], 'bank')).toBeUndefined();
  });

  it('takes the only one when there is no prefix to know it by', () => {
    expect(offsetFor([entry('any')], undefined)).toEqual(entry('any'));
    expect(offsetFor([entry('a'), entry('b')], undefined)).toBeUndefined();
  });
});
