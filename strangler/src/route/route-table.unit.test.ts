import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReadRoute } from './declaration.ts';
import { RouteTable } from './route-table.ts';

const route = (more: Partial<ReadRoute> = {}): ReadRoute => ({
  name: 'account',
  method: 'GET',
  path: '/accounts/{id}',
  params: { id: /[1-9]\d*/ },
  query: ['after', 'limit'],
  services: ['accounts'],
  answer: async () => null,
  ...more,
});
const table = new RouteTable([route(), route({ name: 'customer', path: '/by-name/{name}', params: {} })]);
const asked = (url: string, more: Partial<IncomingMessage> = {}) =>
  table.match({ method: 'GET', url, headers: {}, ...more } as IncomingMessage);

describe('the table of routes', () => {
  it('finds a route with its parameters and query', () => {
    expect(asked('/accounts/17?after=3')).toMatchObject({
      route: { name: 'account' },
      request: { params: { id: '17' } },
    });
    expect(asked('/accounts/17?after=3')!.request.query.get('after')).toBe('3');
    expect(asked('/by-name/J%C3%BCrg%20%25')!.request.params).toEqual({ name: 'Jürg %' });
    expect(asked('/by-name/__proto__')!.request.params).toEqual({ name: '__proto__' });
  });

  it.each([
    '/accounts',
    '/accounts/',
    '/accounts/0',
    '/accounts/1x',
    '/accounts/1/',
    '//accounts/1',
    '/accounts//1',
    '/Accounts/1',
    '/accounts/1;a',
    '/./accounts/1',
    '/x/../accounts/1',
    '/accounts%2F1',
    '/%61ccounts/1',
    '/by-name/..',
    '/by-name/%2e%2e',
    '/by-name/a%2Fb',
    '/by-name/a%5Cb',
    '/by-name/a\\b',
    '/by-name/%00',
    '/by-name/%0a',
    '/by-name/%ff',
    '/by-name/%zz',
    '/by-name/',
    '/accounts/1?other=1',
    '/accounts/1?after=1&after=2',
    '/accounts/1?after[]=1',
    'http://bank/accounts/1',
    '*',
    '',
  ])('leaves %j to the monolith', (url) => {
    expect(asked(url)).toBeNull();
  });

  it('leaves a request to the monolith that has a body, or asks for something else than the newest whole', () => {
    for (const headers of [
      { 'content-length': '3' },
      { 'transfer-encoding': 'chunked' },
      { range: 'bytes=0-1' },
      { 'if-none-match': '"x"' },
    ])
      expect(asked('/accounts/1', { headers })).toBeNull();
    for (const method of ['POST', 'HEAD', 'get', 'DELETE']) expect(asked('/accounts/1', { method })).toBeNull();
    expect(asked('/accounts/1', { headers: { 'content-length': '0' } })).not.toBeNull();
  });

  it('gives a parameter as it was put in, for any text that a path can carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const found = asked(`/by-name/${encodeURIComponent(text)}`);
        const isOdd = /[/\\\p{Cc}]/u.test(text) || text === '.' || text === '..';
        expect(found?.request.params ?? null).toEqual(isOdd ? null : { name: text });
      }),
    );
  });

  it.each([
    ['two of a name', [route(), route({ path: '/b', params: {} })], "two routes are 'account'"],
    [
      'two of a path',
      [route(), route({ name: 'other', path: '/accounts/{other}', params: {} })],
      "two routes are 'accounts/{}'",
    ],
    ['a name that is none', [route({ name: 'No' })], "'No' is no name"],
    ['a path that is none', [route({ path: 'accounts' })], "'accounts' is no path"],
    ['a pattern for nothing', [route({ params: { ib: /x/ } })], "no parameter 'ib'"],
  ])('refuses %s', (_what, routes, message) => {
    expect(() => new RouteTable(routes)).toThrow(message);
  });
});
