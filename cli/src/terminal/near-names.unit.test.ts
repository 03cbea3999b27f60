import { expect, it } from '@jest/globals';
import { nearNames } from './near-names.ts';

it.each([
  ['acounts', ['bank.accounts', 'bank.customers'], ['bank.accounts']],
  ['ledger', ['bank.ledger_lines', 'bank.accounts'], ['bank.ledger_lines']],
  ['ACCOUNTS', ['bank.accounts'], ['bank.accounts']],
  ['xyzzy', ['bank.accounts'], []],
  ['stat', ['status', 'tail', 'up'], ['status']],
])('%s of %j means %j', (given, names, near) => {
  expect(nearNames(given, names)).toEqual(near);
});
