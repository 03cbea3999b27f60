import { describe, expect, it } from '@jest/globals';
import { storedZip } from './stored-zip.ts';

describe('storedZip', () => {
  it('is what Info-ZIP’s zip -0 -X -D makes of the same file of 1980-01-01', () => {
    const localFile = '504b03040a00000000000000210020303a36060000000600000003000000612f6268656c6c6f0a';
    // Without the two fields that tell of Unix: "made by" is 1.0 instead of 3.0 on Unix, and there is no file mode.
    const directory =
      '504b01020a000a00000000000000210020303a360600000006000000030000000000000000000000000000000000612f62';
    const end = '504b0506000000000100010031000000270000000000';
    expect(storedZip('a/b', 'hello\n').toString('hex')).toBe(localFile + directory + end);
  });

  it('does not depend on when it is made', () => {
    expect(storedZip('x', 'y')).toEqual(storedZip('x', 'y'));
  });
});
