import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asCode } from './as-code.ts';

const evaluated = (code: string): unknown => new Function(`return (${code});`)();
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom("it's", '"', '\\', '\\"', '\n', '`'),
  fc.integer(),
  fc.constantFrom(-0, 1.5, true, null),
  fc.bigInt(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('the word', '__proto__')), tie('value'), {
      noNullPrototype: true,
    }),
  ),
}));

describe('asCode', () => {
  it('gives code whose value is the same', () => {
    fc.assert(fc.property(value, (one) => expect(evaluated(asCode(one))).toEqual(one)));
  });

  it('is short where it fits on a line', () => {
    expect(asCode({ steps: [{ kill: 'after rows', nth: 2 }], maxRows: 1 })).toBe(
      "{ steps: [{ kill: 'after rows', nth: 2 }], maxRows: 1 }",
    );
    expect(asCode({ given: { 'the table': [{ id: 9n, text: "it's", bytes: Buffer.from([0, 255]) }] } })).toBe(
      "{ given: { 'the table': [{ id: 9n, text: 'it\\'s', bytes: Buffer.from('00ff', 'hex') }] } }",
    );
  });
});
