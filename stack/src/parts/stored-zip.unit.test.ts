import { describe, expect, it } from '@jest/globals';
import { storedZip } from './stored-zip.ts';

describe('storedZip', () => {
  it('is what Info-ZIP’s zip -0 -X -D makes of the same files of 1980-01-01', () => {
    const local = [
      '504b03040a00000000000000210020303a36060000000600000003000000612f6268656c6c6f0a',
      '504b03040a0000000000000021008316dc8c0100000001000000010000006378',
    ];
    // Without the two fields that tell of Unix: "made by" is 1.0 instead of 3.0 on Unix, and there is no file mode.
    const directory = [
      '504b01020a000a00000000000000210020303a360600000006000000030000000000000000000000000000000000612f62',
      '504b01020a000a0000000000000021008316dc8c010000000100000001000000000000000000000000002700000063',
    ];
    const end = '504b0506000000000200020060000000470000000000';
    const zip = storedZip({ 'a/b': 'hello\n', c: 'x' });
    expect(zip.toString('hex')).toBe([...local, ...directory, end].join(''));
  });

  it('does not depend on when it is made', () => {
    expect(storedZip({ x: 'y' })).toEqual(storedZip({ x: 'y' }));
  });
});
