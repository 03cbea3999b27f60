import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStat } from './running-process.ts';

/** A line of /proc/PID/stat as Linux 6 writes it. */
const line = (name: string, state: string, threads: number, startTicks: number) =>
  `28600 (${name}) ${state} 28312 27802 18828 0 -1 4227084 75 0 0 0 0 0 0 0 20 0 ${threads} 0 ${startTicks} 0 0 184467440 0 0\n`;

describe('parseStat', () => {
  it('finds the start time whatever the process calls itself', () => {
    const name = fc.string({ maxLength: 15 });
    fc.assert(
      fc.property(name, fc.nat(), (text, ticks) => {
        expect(parseStat(line(text, 'S', 4, ticks))).toEqual({ startTicks: String(ticks), hasEnded: false });
      }),
    );
    expect(parseStat(line('a) Z 1 (b', 'R', 1, 7))).toEqual({ startTicks: '7', hasEnded: false });
  });

  it.each([
    ['S', 5, false],
    ['T', 1, false],
    ['Z', 1, true],
    ['X', 0, true],
    // Its first thread has ended, one other has not.
    ['Z', 2, false],
  ])('sees of state %s with %i threads whether it has ended: %s', (state, threads, hasEnded) => {
    expect(parseStat(line('java', state, threads, 1)).hasEnded).toBe(hasEnded);
  });
});
