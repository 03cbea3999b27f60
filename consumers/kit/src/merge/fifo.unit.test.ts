import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Fifo } from './fifo.ts';

describe('Fifo', () => {
  it('does what an array does, over growth and wrapping', () => {
    const acts = fc.array(fc.oneof(fc.nat(), fc.constant('shift' as const)), { maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(acts, (acts) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const act of acts) {
          if (act === 'shift') {
            expect(fifo.shift()).toBe(model.shift());
          } else {
            fifo.push(act);
            model.push(act);
          }
          expect(fifo.size).toBe(model.length);
        }
        expect(Array.from({ length: model.length + 1 }, (_, index) => fifo.at(index))).toEqual([...model, undefined]);
      }),
      { numRuns: 50 },
    );
  });
});
