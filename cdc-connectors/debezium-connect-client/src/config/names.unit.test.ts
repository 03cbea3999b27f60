import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { literalRegex, patternList } from './names.ts';

/** Debezium matches the whole name; for what literalRegex writes, Java's and this language's expressions agree. */
const matches = (pattern: string, name: string) => new RegExp(`^(?:${pattern})$`).test(name);
const name = fc
  .oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[a-c.,\\$ ]+$/))
  .filter((text) => text.length > 0);

describe('literalRegex', () => {
  it('quotes what means something in an expression', () => {
    expect(literalRegex('bank.accounts')).toBe('bank\\.accounts');
    expect(literalRegex('bank.a$b_c-d')).toBe('bank\\.a\\$b_c-d');
    expect(literalRegex('a,b c')).toBe('a\\x2cb\\x20c');
  });

  it('matches its name and no other', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(matches(literalRegex(one), one)).toBe(true);
        expect(matches(literalRegex(one), other)).toBe(one === other);
      }),
    );
  });

  it('leaves nothing that a list would be split or trimmed at', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(literalRegex(text)).not.toMatch(/[,\0-\x20\x7f]/);
      }),
    );
  });
});

describe('patternList', () => {
  it('passes expressions as they are, between quoted names', () => {
    expect(patternList(['bank.accounts', { regex: 'bank\\.tmp_.*' }])).toBe('bank\\.accounts,bank\\.tmp_.*');
  });
});
