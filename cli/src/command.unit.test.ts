import { describe, expect, it } from '@jest/globals';
import { argumentsOf, type Command, text, wholeNumber } from './command.ts';

const command: Command = {
  summary: '',
  help: '',
  options: { limit: { value: 'N' }, follow: {} },
  words: 1,
  run: async () => 0,
};
const refusal = (...argv: string[]): string => {
  try {
    argumentsOf(command, argv);
    return 'taken';
  } catch (error) {
    const { code, message, remedy } = error as { code: string; message: string; remedy: string | null };
    return `${code}: ${message}; ${remedy}`;
  }
};

describe('arguments', () => {
  it('takes words and options in any order', () => {
    const args = argumentsOf(command, ['--limit=3', 'accounts', '--follow', '--json']);
    expect(args.words).toEqual(['accounts']);
    expect(args.options).toEqual({ limit: '3', follow: true, json: true });
    expect([wholeNumber(args, 'limit', 9, 1, 10), text(args, 'limit'), text(args, 'key')]).toEqual([3, '3', undefined]);
  });

  it('names what is wrong', () => {
    expect(refusal('--lmit', '3')).toBe('usage: there is no option --lmit; did you mean --limit?');
    expect(refusal('--limit')).toBe('usage: --limit wants a value: --limit N; null');
    expect(refusal('--follow=yes')).toBe('usage: --follow takes no value; null');
    expect(refusal('--limit', '1', '--limit', '2')).toBe('usage: --limit is given twice; null');
    expect(refusal('a', 'b\u001b')).toBe("usage: 'b\\x1b' is one word too many; null");
    expect(refusal('--__proto__')).toMatch(/^usage: there is no option --__proto__/);
  });

  it.each(['0', '11', '-1', '1.5', '1e1', 'x', ''])('refuses %j where 1 to 10 is wanted', (given) => {
    expect(() => wholeNumber({ words: [], options: { limit: given } }, 'limit', 9, 1, 10)).toThrow(/from 1 to 10/);
  });
});
