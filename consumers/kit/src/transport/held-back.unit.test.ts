import { beforeEach, describe, expect, it } from '@jest/globals';
import { HeldBack } from './held-back.ts';

let calls: string[];
let heldBack: HeldBack;
beforeEach(() => {
  calls = [];
  const told = (verb: string) => (partitions: { topic: string; partitions: number[] }[]) =>
    calls.push(...partitions.map((one) => `${verb} ${one.topic}/${one.partitions.join('+')}`));
  heldBack = new HeldBack({ pause: told('pause'), resume: told('resume') });
});

const mebibyte = 1_048_576;
const chunk = (bytes: number, partition = 0) => ({
  topic: 't',
  partition,
  messages: [{ offset: 0n, timestampMs: 0, key: null, value: new Uint8Array(bytes) }],
  nextOffset: 1n,
});

describe('HeldBack', () => {
  it('pauses a partition once 4 MiB of it wait, and lets it go when they are taken', () => {
    for (let count = 0; count < 3; count++) heldBack.add(chunk(mebibyte));
    expect(calls).toEqual([]);
    heldBack.add(chunk(mebibyte));
    heldBack.add(chunk(mebibyte)); // it was under way
    expect(calls).toEqual(['pause t/0']);
    heldBack.taken();
    heldBack.taken();
    expect(calls).toEqual(['pause t/0', 'resume t/0']);
    heldBack.add(chunk(mebibyte));
    expect(calls).toHaveLength(2); // it counts from zero again
  });

  it('counts each partition by itself, and many small messages too', () => {
    heldBack.add(chunk(3 * mebibyte, 0));
    heldBack.add(chunk(3 * mebibyte, 1));
    expect(calls).toEqual([]);
    const small = { ...chunk(0, 1).messages[0]!, value: new Uint8Array(10) };
    heldBack.add({ ...chunk(0, 1), messages: Array.from({ length: 10_000 }, () => small) });
    expect(calls).toEqual(['pause t/1']);
  });

  it('pauses whatever comes while 16 MiB wait in all, and counts from zero when they are taken', () => {
    for (let partition = 0; partition < 5; partition++) heldBack.add(chunk(3 * mebibyte, partition));
    expect(calls).toEqual([]);
    for (const partition of [5, 6]) heldBack.add(chunk(mebibyte, partition));
    expect(calls).toEqual(['pause t/5', 'pause t/6']);
    heldBack.taken();
    heldBack.add(chunk(mebibyte, 7));
    expect(calls).toEqual(['pause t/5', 'pause t/6', 'resume t/5', 'resume t/6']);
  });

  it('leaves a partition paused that was paused from outside', () => {
    heldBack.setPaused('t', 0, true);
    heldBack.add(chunk(5 * mebibyte));
    heldBack.taken();
    expect(calls).toEqual(['pause t/0', 'pause t/0']);
    heldBack.setPaused('t', 0, false);
    expect(calls.at(-1)).toBe('resume t/0');
  });

  it('does not resume a full partition from outside before it is taken', () => {
    heldBack.add(chunk(5 * mebibyte));
    heldBack.setPaused('t', 0, true);
    heldBack.setPaused('t', 0, false);
    expect(calls).toEqual(['pause t/0']);
    heldBack.taken();
    expect(calls).toEqual(['pause t/0', 'resume t/0']);
  });
});
