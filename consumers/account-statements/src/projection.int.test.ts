import { Fixture } from '@banyan/kit/testkit';
import { expect, it } from '@jest/globals';
import { projection } from './projection.ts';

it('gives the lines of one account, page by page, in the order in which they were booked', async () => {
  await using bank = await Fixture.open(projection);
  const line = (id: bigint, account_id: bigint, balance_after: string) => ({ id, account_id, balance_after });
  await bank.put({
    statement_lines: [line(1n, 5n, '1.0000'), line(2n, 6n, '9.0000'), line(3n, 5n, '3.0000'), line(12n, 5n, '6.0000')],
  });
  expect((await bank.get('/statement-lines?account_id=5&limit=2')).data).toMatchObject([{ id: '1' }, { id: '3' }]);
  expect((await bank.get('/statement-lines?account_id=5&limit=2&after=3')).data).toMatchObject([
    { id: '12', balance_after: '6.0000' },
  ]);
});
