import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestBank, type TestBank } from './test-bank.ts';

let bank: TestBank;
let before: unknown;

const everything = async () => ({
  accounts: await bank.database.query('SELECT * FROM accounts ORDER BY id'),
  transfers: await bank.database.query('SELECT * FROM transfers'),
  lines: await bank.database.query('SELECT * FROM ledger_lines ORDER BY id'),
});

beforeAll(async () => {
  bank = await openTestBank([
    { id: 1, balance: '100.0000' },
    { id: 2, balance: '100.0000' },
  ]);
  before = await everything();
});
afterAll(() => bank?.end());

async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const request = {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  };
  const response = await fetch(bank.url + path, request);
  return { status: response.status, body: await response.json() };
}

const says = (message: RegExp, code = 'bad_request') => ({ error: { code, message: expect.stringMatching(message) } });

describe('hostile transfers', () => {
  it.each([
    '1e3',
    '-5',
    '0',
    '0.0000',
    '0.00001',
    ' 5 ',
    '5\u0000',
    '５',
    '٥',
    '0x5',
    '',
    'NaN',
    'Infinity',
    '1'.repeat(16),
    '9'.repeat(5_000),
  ])('amount %j is refused', async (amount) => {
    const answer = await send('POST', '/transfers', JSON.stringify({ from: 1, to: 2, amount }));
    expect(answer).toEqual({ status: 400, body: says(/^amount must be a text such as "12.50"/) });
  });

  it.each(['5', '5.0', '1e400', 'null', 'true', '["5"]', '{"toString":"5"}'])(
    'amount as JSON %s is refused',
    async (amount) => {
      const answer = await send('POST', '/transfers', `{"from":1,"to":2,"amount":${amount}}`);
      expect(answer).toEqual({ status: 400, body: says(/^amount must be a text/) });
    },
  );

  it.each([
    '"1 OR 1=1"',
    '"1;--"',
    '"１"',
    '"1 "',
    '""',
    '-1',
    '0',
    '1.5',
    '1e999',
    '9007199254740993',
    '{"id":1}',
    '[1]',
    'true',
    'null',
    '"9223372036854775808"',
  ])('from %s is refused', async (from) => {
    const answer = await send('POST', '/transfers', `{"from":${from},"to":2,"amount":"1"}`);
    expect(answer).toEqual({ status: 400, body: says(/^from must be an id, a whole number from 1, got /) });
  });

  it.each([
    ['no JSON', '{"from":', /cannot be read/],
    ['nothing', '', /^from must be an id.*got nothing/],
    ['a bare value', '5', /cannot be read/],
    ['a list', '[]', /must be a JSON object/],
  ])('a body that is %s is refused', async (_what, body, message) => {
    expect(await send('POST', '/transfers', body)).toEqual({ status: 400, body: says(message) });
  });

  it('a body of another type, too large, or in another charset is refused', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await send('POST', '/transfers', 'from=1', form)).toEqual({ status: 400, body: says(/Content-Type/) });
    const large = JSON.stringify({ from: 1, to: 2, amount: '1', purpose: 'x'.repeat(20_000) });
    expect(await send('POST', '/transfers', large)).toEqual({ status: 413, body: says(/too large/) });
    const charset = { 'content-type': 'application/json; charset=klingon' };
    expect(await send('POST', '/transfers', '{}', charset)).toEqual({ status: 415, body: says(/charset/) });
  });

  it('an Idempotency-Key out of bounds is refused', async () => {
    const order = JSON.stringify({ from: 1, to: 2, amount: '1' });
    const headers = { 'idempotency-key': "x' OR ''='" };
    expect(await send('POST', '/transfers', order, headers)).toEqual({ status: 400, body: says(/Idempotency-Key/) });
  });
});

describe('hostile reads', () => {
  it.each([
    '/accounts/1%20OR%201=1',
    '/accounts/-1',
    '/accounts/1.0',
    '/accounts/0',
    '/accounts/%E0%A4%A',
    '/accounts/%D9%A1/ledger',
    '/customers/1;--',
    '/customers/0/overview',
    '/customers/%3Cscript%3E/overview',
  ])('%s is refused', async (path) => {
    expect(await send('GET', path)).toEqual({ status: 400, body: says(/must be an id|cannot be read/) });
  });

  it.each([
    '?limit=0',
    '?limit=501',
    '?limit=1;DROP',
    '?limit=5&limit=6',
    '?limit=',
    '?after=-1',
    '?after=x',
    '?after=1&after=2',
  ])('a ledger page %s is refused', async (query) => {
    expect(await send('GET', `/accounts/1/ledger${query}`)).toEqual({
      status: 400,
      body: says(/^(limit|after) must be/),
    });
  });

  it.each([
    '',
    '?name=',
    '?name[]=a',
    '?name=a&name=b',
    '?name=a%00',
    '?name=a%0Ab',
    `?name=${'%F0%9F%8C%BB'.repeat(121)}`,
    '?name=a&limit=0',
    '?name=a&limit=101',
    '?name=a&after=-1',
  ])('a search %s is refused', async (query) => {
    expect(await send('GET', `/customers${query}`)).toEqual({ status: 400, body: says(/^(name|limit|after) must be/) });
  });

  it.each([
    ['GET', '/'],
    ['GET', '/transfers'],
    ['DELETE', '/accounts/1'],
    ['POST', '/accounts'],
  ])('%s %s is not there', async (method, path) => {
    expect(await send(method, path)).toEqual({ status: 404, body: says(/does not answer/, 'unknown_route') });
  });
});

it('and after all of it nothing has changed', async () => {
  expect(await everything()).toEqual(before);
  expect(bank.log).toEqual([]);
});
