import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openTestBank, type TestBank } from './test-bank.ts';

let bank: TestBank;
beforeAll(async () => {
  bank = await openTestBank([]);
});
afterAll(() => bank?.end());

async function put(path: string, body: unknown) {
  const answer = await fetch(`${bank.url}${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document that the test looks into.
  return { status: answer.status, body: (await answer.json()) as any };
}

it('changes where a customer can be reached, and keeps what was there before', async () => {
  const contact = { email: 'zoë@example.org', city: 'Zürich 🌻' };
  expect(await put('/customers/1/contact', contact)).toEqual({ status: 200, body: { customerId: 1, ...contact } });
  expect((await bank.get('/customers/1')).body).toMatchObject(contact);
  const [before] = await bank.database.query('SELECT COUNT(*) AS n FROM customer_changes WHERE customer_id = 1');
  expect(before).toEqual({ n: expect.anything() });
  expect((await put('/customers/1/contact', contact)).status).toBe(200);
});

it.each([
  ['/customers/2/contact', { email: 'a@b', city: 'c' }, 404, 'unknown_customer'],
  ['/customers/x/contact', { email: 'a@b', city: 'c' }, 400, 'bad_request'],
  ['/customers/1/contact', { email: 'a@b' }, 400, 'bad_request'],
  ['/customers/1/contact', { email: 'ab', city: 'c' }, 400, 'bad_request'],
  ['/customers/1/contact', { email: `${'a'.repeat(189)}@b`, city: 'c' }, 400, 'bad_request'],
  ['/customers/1/contact', { email: 'a@b', city: ' c' }, 400, 'bad_request'],
  ['/customers/1/contact', { email: 'a@b', city: 'c', name: 'x' }, 400, 'bad_request'],
  ['/customers/1/contact', '[]', 400, 'bad_request'],
  ['/customers/1/contact', '{', 400, 'bad_request'],
])('refuses PUT %s %j', async (path, body, status, code) => {
  const answer = await put(path, body);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
});
