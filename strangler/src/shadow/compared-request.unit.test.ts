import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reproduction, shownPath } from './compared-request.ts';

const addresses = { monolith: 'http://m:1', admin: 'http://a:2' };

describe('shownPath', () => {
  it.each([
    ['/accounts/7?limit=2&from=a%20b', '/accounts/7?limit=2&from=a%20b'],
    ['/a?access_token=x1&b=2', '/a?access_token=***&b=2'],
    ['/a?b=2;Session=x1;c=x1', '/a?b=2;Session=***'],
    ['/a?pass%77ord=x1', '/a?pass%77ord=***'],
    ['/a?secret[]=x1&secret[0]=x1', '/a?secret[]=***&secret[0]=***'],
    ['/a?IBAN=x1=x1&iban[0]=x1', '/a?IBAN=***&iban[0]=***'],
    ['/a?iban&token', '/a?iban&token'],
    ['/a?%=1&keyword=x&b?token=1', '/a?%=1&keyword=x&b?token=***'],
    ['/é 😀\u001b[2J\ud800', '/%C3%A9%20%F0%9F%98%80%1B[2J%EF%BF%BD'],
  ])('of %j is %j', (path, expected) => {
    expect(shownPath({ path, secretQuery: ['Iban'] })).toBe(expected);
  });

  it('never shows a secret, whatever else is in the query', () => {
    const part = fc.stringMatching(/^[a-z=&;?%[\]0-9]*$/);
    fc.assert(
      fc.property(part, part, (before, after) => {
        const shown = shownPath({ path: `/a?${before}&token=SECRET${after.replace(/^[^&]*/, '')}` });
        expect(shown).not.toContain('SECRET');
        expect(shown.startsWith('/a?')).toBe(true);
      }),
    );
  });
});

describe('reproduction', () => {
  it('asks both programs for exactly this path, whatever is in it', () => {
    // The shell's own words of both commands, of which curl is none.
    const words = (text: string) =>
      execFileSync('sh', ['-c', text.replaceAll('curl ', "printf '%s\\n' ")], {
        env: { TOKEN: 't' },
        encoding: 'utf8',
      });
    const path = fc.stringMatching(/^\/[!-~]*$/);
    fc.assert(
      fc.property(path, (asked) => {
        const [monolith, admin] = (reproduction('accounts', asked, addresses) ?? '').split('\n');
        expect(words(monolith ?? '')).toBe(`--include\n--globoff\n--path-as-is\nhttp://m:1${asked}\n`);
        const [header, bearer, url = ''] = words(admin ?? '').split('\n');
        expect([header, bearer]).toEqual(['--header', 'authorization: Bearer t']);
        expect(new URL(url).searchParams.get('path')).toBe(asked);
        expect(new URL(url).pathname).toBe('/routes/accounts/compare');
      }),
      { numRuns: 30 },
    );
  });

  it('leads to no other host', () => {
    expect(reproduction('r', '@elsewhere/', addresses)).toContain("'http://m:1/@elsewhere/'");
  });

  it('is not given for a path that was cut', () => {
    const path = shownPath({ path: `/${'a'.repeat(5000)}` });
    expect(path).toHaveLength(2001);
    expect(reproduction('r', path, addresses)).toBeNull();
  });
});
