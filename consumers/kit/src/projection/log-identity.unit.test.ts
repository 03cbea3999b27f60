import { describe, expect, it } from '@jest/globals';
import { emptyCheckpoint, type StoredCheckpoint } from '../read-store/index.ts';
import type { Chunk, Message } from '../transport/index.ts';
import { LogIdentity } from './log-identity.ts';

const message = (offset: number, text = `m${offset}`, timestampMs = offset): Message => ({
  offset: BigInt(offset),
  timestampMs,
  key: Buffer.from('k'),
  value: Buffer.from(text),
});
const chunk = (offsets: number[], next = (offsets.at(-1) ?? -1) + 1): Chunk => ({
  topic: 't',
  partition: 0,
  messages: offsets.map((offset) => message(offset)),
  nextOffset: BigInt(next),
});
/** What a projector stores after it has read these chunks and applied all below `next`. */
function stored(chunks: readonly Chunk[], next: number): StoredCheckpoint {
  const identity = new LogIdentity(emptyCheckpoint);
  identity.start('t', range(0, 1000));
  for (const one of chunks) identity.check(one);
  const offsets = new Map([['t/0', BigInt(next)]]);
  return { ...emptyCheckpoint, offsets, anchors: identity.anchors(offsets) };
}
const range = (low: number, high: number) => ({ partition: 0, low: BigInt(low), high: BigInt(high) });
const code = (expected: string) => expect.objectContaining({ code: expected, retriable: false });

describe('LogIdentity', () => {
  it('begins a partition that it has never read at its beginning', () => {
    expect(new LogIdentity(emptyCheckpoint).start('t', range(0, 9))).toEqual({ topic: 't', partition: 0, offset: 0n });
  });

  it('stops when that beginning is gone: the rows before would be missing', () => {
    expect(() => new LogIdentity(emptyCheckpoint).start('t', range(1, 9))).toThrow(code('log-truncated'));
  });

  it('begins again at the anchor, takes what was applied off, and goes on behind it', () => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2, 3, 4])], 5));
    expect(identity.start('t', range(0, 9))).toEqual({ topic: 't', partition: 0, offset: 4n });
    expect(identity.check(chunk([4, 5, 6])).messages.map(({ offset }) => offset)).toEqual([5n, 6n]);
    expect(identity.check(chunk([7]))).toEqual(chunk([7]));
  });

  it('has the message just before the checkpoint as its anchor, the newest there is', () => {
    const chunks = [chunk([0, 1, 2]), chunk([3, 4], 7), chunk([7, 8, 9])];
    const anchor = (next: number) => stored(chunks, next).anchors.get('t/0')?.offset;
    expect([1, 2, 3, 4, 5, 7, 8, 10].map(anchor)).toEqual([0n, 0n, 2n, 3n, 4n, 4n, 7n, 9n]);
    expect(anchor(0)).toBeUndefined();
  });

  // Without one, a topic made anew after a crash in the middle of the very first chunk would have been read on.
  it('has an anchor also for a checkpoint inside the first chunk', () => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2, 3])], 2));
    expect(identity.start('t', range(0, 9)).offset).toBe(0n);
    const other = { ...chunk([0, 1, 2, 3]), messages: [message(0, 'another'), message(1), message(2), message(3)] };
    expect(() => identity.check(other)).toThrow(code('topic-recreated'));
  });

  it('keeps the anchor when a partition has nothing new, pass after pass', () => {
    const first = stored([chunk([0, 1])], 2);
    const identity = new LogIdentity(first);
    identity.start('t', range(0, 2));
    expect(identity.anchors(first.offsets)).toEqual(first.anchors);
    identity.check(chunk([1]));
    expect(identity.anchors(first.offsets)).toEqual(first.anchors);
  });

  // The merge takes a position that goes back for a broken log: waiting, for ever.
  it('does not go back when the way from the anchor to the checkpoint comes in pieces', () => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2]), chunk([3, 4, 5, 6], 9)], 5));
    expect(identity.start('t', range(0, 9)).offset).toBe(3n);
    expect(identity.check(chunk([3]))).toEqual(chunk([], 5));
    expect(identity.check(chunk([4])).nextOffset).toBe(5n);
    expect(identity.check(chunk([5, 6], 9))).toEqual(chunk([5, 6], 9));
  });

  it.each<[string, Chunk]>([
    ['another text', { ...chunk([4]), messages: [message(4, 'other')] }],
    ['another time', { ...chunk([4]), messages: [message(4, 'm4', 5)] }],
    ['another key', { ...chunk([4]), messages: [{ ...message(4), key: null }] }],
    ['another offset', chunk([5])],
    ['nothing', chunk([], 6)],
  ])('stops when the anchor is not there: %s', (_, found) => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2, 3, 4])], 5));
    identity.start('t', range(0, 9));
    expect(() => identity.check(found)).toThrow(code('topic-recreated'));
  });

  it.each([
    [0, 0],
    [0, 4],
    [2, 4],
  ])('stops when the log is shorter than what was read of it: %s to %s', (low, high) => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2, 3, 4])], 5));
    expect(() => identity.start('t', range(low, high))).toThrow(code('topic-recreated'));
  });

  it('stops when what was not read yet is gone', () => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2, 3, 4])], 5));
    expect(() => identity.start('t', range(6, 9))).toThrow(code('log-truncated'));
  });

  it('goes on without the anchor when only what was applied is gone', () => {
    const identity = new LogIdentity(stored([chunk([0, 1, 2, 3, 4])], 5));
    expect(identity.start('t', range(5, 9)).offset).toBe(5n);
    expect(identity.check(chunk([5, 6]))).toEqual(chunk([5, 6]));
  });

  it('goes on at the checkpoint when there is no message before it', () => {
    const identity = new LogIdentity({ ...emptyCheckpoint, offsets: new Map([['t/0', 2n]]) });
    expect(identity.start('t', range(0, 2)).offset).toBe(2n);
  });

  it('tells partitions of one topic apart', () => {
    const identity = new LogIdentity(stored([chunk([0, 1])], 2));
    expect(identity.start('t', { ...range(0, 5), partition: 1 }).offset).toBe(0n);
    expect(identity.check({ ...chunk([0]), partition: 1 }).messages).toHaveLength(1);
  });
});
