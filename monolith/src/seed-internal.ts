import { ibanOf } from './iban.ts';
import type { TableRows } from './write-rows.ts';

/** The customer whose accounts are the bank's own; accounts of customers that were deleted go there too. */
export const BANK_CUSTOMER = -1n;

/** The currencies the bank has accounts in. */
export const CURRENCIES = ['EUR', 'CHF'] as const;

/** What the bank has accounts of its own for. */
export type InternalPurpose = 'cards' | 'cash' | 'interest' | 'fees';

/** How many accounts per purpose and currency: one that many payments meet at has several. */
export const LANES: Readonly<Record<InternalPurpose, number>> = { cards: 4, cash: 2, interest: 1, fees: 1 };

const OPENED_AT = '1998-01-05 08:00:00.000000';
// Far from any account number that a customer's account will reach.
const IBAN_NUMBERS_FROM = 9_000_000_000;

/** The bank as its own customer, and its own accounts, all with 0 to start with. */
export function internalRows(): TableRows[] {
  const accounts = CURRENCIES.flatMap((currency) =>
    Object.entries(LANES).flatMap(([purpose, lanes]) =>
      Array.from({ length: lanes }, (_, lane) => ({ purpose, currency, lane: BigInt(lane) })),
    ),
  ).map((account, index) => ({ ...account, id: BigInt(-1 - index), iban: ibanOf('DE', IBAN_NUMBERS_FROM + index) }));
  return [
    {
      into: 'customers (id, name, email, city, created_at)',
      rows: [[BANK_CUSTOMER, 'The bank itself', 'books@example.org', 'Köln', OPENED_AT]],
    },
    {
      into: 'accounts (id, customer_id, iban, kind, currency, balance, opened_at, closed_at)',
      rows: accounts.map((a) => [a.id, BANK_CUSTOMER, a.iban, 'current', a.currency, '0.0000', OPENED_AT, null]),
    },
    {
      into: 'ledger_lines (id, account_id, transfer_id, amount, balance_after, purpose, booked_at)',
      rows: accounts.map((a) => [a.id, a.id, null, '0.0000', '0.0000', 'Opening balance', OPENED_AT]),
    },
    {
      into: 'internal_accounts (purpose, currency, lane, account_id)',
      rows: accounts.map((a) => [a.purpose, a.currency, a.lane, a.id]),
    },
  ];
}
