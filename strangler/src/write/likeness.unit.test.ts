import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { segmentsOf } from '../route/route-table.ts';
import { isLike } from './likeness.ts';

const pattern = segmentsOf({ name: 'contact', path: '/customers/{id}/contact' });
const like = (target: string) => isLike(target, pattern);

/** Programs that read paths, each in its way; true when it takes the target for PUT /customers/{id}/contact. */
const readers: Readonly<Record<string, (target: string) => boolean>> = {
  // Express, neither strict nor case-sensitive: https://expressjs.com/en/5x/api.html#express.router
  express: (target) => /^\/customers\/[^/]+\/contact\/?$/i.test(target.replace(/[?#].*$/s, '')),
  'a URL of WHATWG, decoded after it': (target) => {
    if (!URL.canParse(target, 'http://bank/')) return false;
    const { pathname } = new URL(target, 'http://bank/');
    return /^\/customers\/[^/]+\/contact\/?$/i.test(decode(pathname));
  },
  'one that decodes first, then takes slashes together and resolves dots': (target) => {
    const text = decode(target.replace(/[?#].*$/s, ''))
      .replaceAll('\\', '/')
      .replaceAll(/\/+/g, '/');
    const parts: string[] = [];
    for (const part of text.split('/').filter((one) => one !== '')) {
      if (part === '..') parts.pop();
      else if (part !== '.') parts.push(part);
    }
    return /^customers\/[^/]+\/contact$/i.test(parts.join('/'));
  },
  'one with parameters in its segments, as servlets have': (target) => {
    const parts = target
      .replace(/[?#].*$/s, '')
      .split('/')
      .map((part) => decode(part.replace(/;.*$/s, '')));
    return parts.length === 4 && /^customers$/i.test(parts[1]!) && parts[2] !== '' && /^contact$/i.test(parts[3]!);
  },
  'one that decodes twice': (target) =>
    /^\/+customers\/+[^/]+\/+contact\/*$/i.test(decode(decode(target)).replace(/[?#].*$/s, '')),
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One way to write the same path otherwise. */
const twists: readonly ((path: string, at: number) => string)[] = [
  (path, at) => `${path.slice(0, at)}${path.slice(at, at + 1).toUpperCase()}${path.slice(at + 1)}`,
  (path, at) => `${path.slice(0, at)}${coded(path.slice(at, at + 1))}${path.slice(at + 1)}`,
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replace('/', '//'),
  (path) => path.replace('/contact', '/./contact'),
  (path) => path.replace('/contact', '/x/../contact'),
  (path) => `/x/..${path}`,
  (path) => `/x/%2e%2E${path}`,
  (path) => path.replace('/contact', ';a=1/contact'),
  (path) => `${path};jsessionid=1`,
  (path) => path.replace('/contact', '\\contact'),
  (path) => path.replace('/contact', '%2fcontact'),
  (path) => `${path}?x=1`,
  (path) => `${path}#x`,
  (path) => (path.startsWith('http') ? path : `http://bank${path}`),
];
const coded = (sign: string) => (sign === '' ? '' : `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

const id = fc.oneof(
  fc.nat().map(String),
  fc.string({ minLength: 1 }).map(encodeURIComponent),
  fc.constantFrom('..', '.', '+7', '%37', '07'),
);
const twisted = fc
  .tuple(id, fc.array(fc.tuple(fc.nat(twists.length - 1), fc.nat(40)), { maxLength: 4 }))
  .map(([one, steps]) => steps.reduce((path, [twist, at]) => twists[twist]!(path, at), `/customers/${one}/contact`));
const piece = fc.constantFrom(
  '/',
  '//',
  '.',
  '..',
  '%2e',
  '%2F',
  '%5c',
  '\\',
  ';a',
  '%3b',
  'customers',
  'CUSTOMERS',
  'cust%6fmers',
  '7',
  '%37',
  'contact',
  'conta%63t',
  'x',
  '%252e',
  '%',
  '?',
  '#',
);

describe('what is like a write of a route', () => {
  it.each(Object.entries(readers))('is whatever %s would take for it', (_who, takes) => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          twisted,
          fc.array(piece, { maxLength: 12 }).map((parts) => `/${parts.join('')}`),
        ),
        (target) => {
          if (!takes(target)) return;
          taken++;
          expect([target, like(target)]).toEqual([target, true]);
        },
      ),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(200);
  });

  it.each(['/customers/7/contact', '/customers/%37/contact/', '/customers//contact', '/CUSTOMERS/7/contact?x=%2f'])(
    'is %s',
    (target) => {
      expect(like(target.replace('//contact', '/7//contact'))).toBe(true);
    },
  );

  it.each([
    '/customers/7',
    '/customers/7/contacts',
    '/customers/7/contact/2',
    '/accounts/7/contact',
    '/',
    '*',
    '',

    '/customers/7/con%tact',
  ])('is not %s', (target) => {
    expect(like(target)).toBe(false);
  });

  it('is found in no time, however long the path', () => {
    const startedAt = performance.now();
    for (const part of ['/..', '/%2e%2e', ';', '%25', '\\', '%2f', '/x'])
      like(`/customers${part.repeat(16_000 / part.length)}/contact`);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
