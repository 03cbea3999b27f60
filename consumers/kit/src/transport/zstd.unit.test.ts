import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unzstd } from './zstd.ts';

const outcome = (decompress: (frames: Uint8Array) => Buffer, frames: Uint8Array): string => {
  try {
    return decompress(frames).toString('hex');
  } catch (error) {
    return (error as Error).message;
  }
};

/** Whole frames, some of them with their size and sum, and what is broken of them: cut off, with a byte changed, with something behind. */
const frame = fc
  .tuple(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('', 'x'.repeat(200_000))), fc.boolean())
  .map(([plain, isSummed]) =>
    zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: isSummed ? 1 : 0 } }),
  );
const batch = fc.array(frame, { minLength: 1, maxLength: 3 }).map((frames) => Buffer.concat(frames));
const broken = fc
  .tuple(batch, fc.nat(), fc.constantFrom('cut', 'changed', 'longer', 'empty'))
  .map(([whole, at, how]) => {
    if (how === 'empty') return Buffer.alloc(0);
    if (how === 'cut') return whole.subarray(0, at % whole.length);
    if (how === 'longer') return Buffer.concat([whole, Buffer.from([at % 256, 1, 2])]);
    return whole.with(at % whole.length, whole[at % whole.length]! ^ 1);
  });

describe('batches', () => {
  it('come out one after the other as each does by itself, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: batch }, { weight: 1, arbitrary: broken }), { maxLength: 12 }),
        (all) => {
          expect(all.map((one) => outcome(unzstd, one))).toEqual(all.map((one) => outcome(zstdDecompressSync, one)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keep their bytes when later ones come, and leave nothing behind', () => {
    const kept = Array.from({ length: 500 }, (_, index) => unzstd(zstdCompressSync(`batch ${index} `.repeat(9))));
    expect(kept.map(String)).toEqual(kept.map((_, index) => `batch ${index} `.repeat(9)));
  });
});
