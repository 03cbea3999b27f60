import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ReadAfterTokens } from './read-after.ts';
import { fieldsOf, readAfterOf } from './read-after-fields.ts';
import { SourcePosition } from './source-position.ts';

describe('tokens of what a client has written', () => {
  const key = randomBytes(32);
  let nowMs = 1_000_000;
  const tokens = new ReadAfterTokens({ keys: [key], now: () => nowMs });

  it('say the position, and nothing once they are over', () => {
    const token = tokens.sign('0-1-1575,7-1-2');
    expect(tokens.read(token)).toEqual({ position: '0-1-1575,7-1-2' });
    expect(tokens.read(tokens.sign(null))).toEqual({ position: null });
    nowMs += 59_999;
    expect(tokens.read(token)).not.toBeNull();
    nowMs += 1;
    expect(tokens.read(token)).toBeNull();
  });

  it('are nothing when they are of a time to come, of another key, or changed in any letter', () => {
    const token = tokens.sign('0-1-1575');
    nowMs -= 6000;
    expect(tokens.read(token)).toBeNull();
    nowMs += 6000;
    expect(new ReadAfterTokens({ keys: [randomBytes(32)], now: () => nowMs }).read(token)).toBeNull();
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.'), (at, letter) => {
        if (token[at] === letter) return;
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        // The last letter of a signature has two bits that say nothing; the text of the token stays what was signed.
        if (at === token.length - 1) return;
        expect(tokens.read(changed)).toBeNull();
      }),
    );
    for (const odd of ['', '1', '1..', '1.a.b', 'x'.repeat(10_000), `2${token.slice(1)}`, `${token}a`])
      expect(tokens.read(odd)).toBeNull();
  });

  it('of an older key are taken while it is listed, and the first one signs', () => {
    const both = new ReadAfterTokens({ keys: [randomBytes(32), key], now: () => nowMs });
    expect(both.read(tokens.sign('0-1-2'))).toEqual({ position: '0-1-2' });
    expect(tokens.read(both.sign('0-1-2'))).toBeNull();
    expect(() => new ReadAfterTokens({ keys: [randomBytes(31)] })).toThrow('32 bytes');
  });

  it('come back as a cookie or as a field, whichever the client keeps', () => {
    const [, cookie, name, token] = fieldsOf(tokens.sign('0-1-9'), 60_000);
    expect(cookie).toMatch(/^banyan_read_after=[\w.-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/);
    const pair = cookie!.split(';')[0]!;
    expect(readAfterOf({ cookie: `a=1; ${pair}; b=2` }, tokens)).toEqual({ position: '0-1-9' });
    expect(readAfterOf({ [name!]: token }, tokens)).toEqual({ position: '0-1-9' });
    expect(readAfterOf({ cookie: 'xbanyan_read_after=1', 'banyan-read-after': 'forged' }, tokens)).toBeNull();
  });
});

describe('the position of the source', () => {
  it('is asked for once by many, and never answered by a question that was asked before', async () => {
    const answers: ((position: string) => void)[] = [];
    const source = new SourcePosition({ ask: () => new Promise((resolve) => answers.push(resolve)), withinMs: 10_000 });
    const first = source.newest();
    const later = [source.newest(), source.newest(), source.newest()];
    expect(answers).toHaveLength(1);
    answers[0]!('0-1-1');
    expect(await first).toBe('0-1-1');
    await new Promise(setImmediate);
    expect(answers).toHaveLength(2);
    answers[1]!('0-1-2');
    expect(await Promise.all(later)).toEqual(['0-1-2', '0-1-2', '0-1-2']);
    const next = source.newest();
    expect(answers).toHaveLength(3);
    answers[2]!('0-1-3');
    expect(await next).toBe('0-1-3');
  });

  it('is null when it does not come in time or the source is away, and is asked for again by the next', async () => {
    let ask = () => new Promise<string>(() => {});
    const source = new SourcePosition({ ask: () => ask(), withinMs: 20 });
    expect(await source.newest()).toBeNull();
    const away = new SourcePosition({
      ask: async () => {
        throw new Error('away');
      },
    });
    expect(await away.newest()).toBeNull();
    ask = async () => '0-1-1';
    expect(await new SourcePosition({ ask: () => ask() }).newest()).toBe('0-1-1');
  });
});
