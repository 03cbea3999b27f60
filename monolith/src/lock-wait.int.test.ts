import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, openTestBank, type TestBank, until } from './test-bank.ts';

let bank: TestBank;
beforeAll(async () => {
  bank = await openTestBank([
    { id: 1, balance: '100.0000' },
    { id: 2, balance: '100.0000' },
  ]);
});
afterAll(() => bank?.end());

async function holdAccount(id: number) {
  const other = await bank.database.connect();
  await other.beginTransaction();
  await other.query(`SELECT id FROM accounts WHERE id = ${id} FOR UPDATE`);
  return async () => {
    await other.rollback();
    await other.end();
  };
}

describe('a transfer on an account that is held', () => {
  it('is run again when the wait timed out', async () => {
    const letGo = await holdAccount(2);
    const answer = bank.post({ from: 1, to: 2, amount: '1' });
    await until('the first attempt timed out', () => bank.log.some((line) => /Lock wait timeout/.test(line)));
    await letGo();
    expect((await answer).status).toBe(201);
  });

  it('answers busy when it is never let go, and books nothing', async () => {
    const letGo = await holdAccount(2);
    const answer = await bank.post({ from: 2, to: 1, amount: '1' });
    await letGo();
    expect([answer.status, codeOf(answer)]).toEqual([503, 'busy']);
    expect(await bank.database.query('SELECT balance FROM accounts ORDER BY id')).toEqual([
      { balance: '99.0000' },
      { balance: '101.0000' },
    ]);
  });
});
