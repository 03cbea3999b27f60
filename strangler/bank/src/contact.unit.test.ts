import { describe, expect, it } from '@jest/globals';
import { contact } from './contact.ts';

describe('the route of contacts', () => {
  const asked = async (
    body: unknown,
    said: { status: number; body: unknown } = { status: 200, body: { data: {} } },
  ) => {
    const patches: unknown[] = [];
    const request = { params: { id: '7' }, query: new URLSearchParams(), headers: {}, body, noBody: null };
    const answer = await contact.write(request, async (key, values) => {
      patches.push([key, values]);
      return said;
    });
    return { status: answer.status, body: JSON.parse(answer.body), patches };
  };

  it('writes what the bank would write, and answers as it does', async () => {
    const sent = { email: 'zoë@example.org', city: 'Zürich' };
    expect(await asked(sent, { status: 200, body: { data: sent } })).toEqual({
      status: 200,
      body: { customerId: 7, ...sent },
      patches: [['7', sent]],
    });
    expect(await asked(sent, { status: 404, body: {} })).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_customer' } },
    });
  });

  it.each([
    [undefined],
    [[]],
    [{ email: 'a@b' }],
    [{ email: 'a@b', city: ' ' }],
    [{ email: 'a b@c', city: 'x' }],
    [{ email: 'a@b', city: 'x', name: 'y' }],
    [{ email: 'a@b', city: '\ud800' }],
    [{ email: `${'a'.repeat(189)}@b`, city: 'x' }],
  ])('refuses %j before anything is written', async (body) => {
    expect(await asked(body)).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } }, patches: [] });
  });

  it('has its client ask again while the row is in dispute', async () => {
    await expect(asked({ email: 'a@b', city: 'x' }, { status: 409, body: { detail: 'in dispute' } })).rejects.toThrow(
      '409',
    );
  });
});
