import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyCheckpoint, fromColumns, type StoredCheckpoint, toColumns } from './stored-checkpoint.ts';

const big = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const partition = fc
  .tuple(fc.constantFrom('bank.bank.accounts', 'bank.transaction', '__proto__', 'a/b'), fc.nat(5))
  .map(([topic, number]) => `${topic}/${number}`);
const gtid = fc.record({ domain: fc.nat(3), server: fc.nat(4_294_967_295), sequence: big });
const checkpoint: fc.Arbitrary<StoredCheckpoint> = fc
  .record({
    position: fc.option(fc.array(gtid).map((all) => new Map(all.map((one) => [one.domain, one])))),
    committedAtMs: fc.option(fc.nat(Number.MAX_SAFE_INTEGER)),
    offsets: fc.array(fc.tuple(partition, big)).map((all) => new Map(all)),
    anchor: fc.record({ offset: big, timestampMs: fc.nat(), crc32: fc.nat(4_294_967_295) }),
    anchored: fc.func(fc.boolean()),
    filled: fc.boolean(),
  })
  .map(({ anchor, anchored, filled, ...rest }) => ({
    ...rest,
    filled: filled && rest.position !== null,
    anchors: new Map([...rest.offsets.keys()].filter(anchored).map((name) => [name, anchor])),
  }));

describe('a stored checkpoint', () => {
  it('comes back as it was, offsets and sequences to the last digit', () => {
    fc.assert(
      fc.property(checkpoint, (one) => {
        const back = fromColumns(toColumns(one));
        expect(back).toEqual(one);
        expect(back.offsets).toEqual(one.offsets);
        expect(back.anchors).toEqual(one.anchors);
      }),
    );
  });

  it('of a read model that is filling has no position, which is not the empty position', () => {
    expect(toColumns(emptyCheckpoint)).toMatchObject({ position: null, filling_position: null });
    const empty = { ...emptyCheckpoint, position: new Map(), filled: true };
    expect(toColumns(empty).position).toBe('');
    expect(fromColumns(toColumns(empty)).position).toEqual(new Map());
    expect(toColumns({ ...empty, filled: false })).toMatchObject({ position: null, filling_position: '' });
  });

  it('tells while filling which snapshot the rows are of, and not any more when it is filled', () => {
    const snapshots = new Map([['bank.bank.accounts/0', 'binlog.000002:77']]);
    const filling = {
      ...emptyCheckpoint,
      position: new Map(),
      offsets: new Map([['bank.bank.accounts/0', 5n]]),
      snapshots,
    };
    expect(fromColumns(toColumns(filling)).snapshots).toEqual(snapshots);
    expect(fromColumns(toColumns({ ...filling, filled: true })).snapshots).toBeUndefined();
  });

  // Taken for "still filling", every transaction would be applied once more from its offsets on.
  it.each(['0-1', 'x', '0-1-5,', '0-1-5,0-2-6', '3E11FA47-71CA:23'])('with the position %j stops', (position) => {
    expect(() => fromColumns({ position, filling_position: null, committed_at_ms: null, partitions: '{}' })).toThrow(
      expect.objectContaining({ code: 'read-model-differs' }),
    );
  });
});
