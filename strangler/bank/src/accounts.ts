import type { Answer, Ask, ReadRoute } from '@banyan/strangler';
import { id, idInPath, json, next, pageOf, refused, time } from './answers.ts';

/** Rows of the service `accounts`. */
export interface AccountRow {
  readonly id: string;
  readonly customer_id: string;
  readonly iban: string;
  readonly kind: string;
  readonly currency: string;
  readonly balance: string;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

interface LineRow {
  readonly id: string;
  readonly transfer_id: string | null;
  readonly amount: string;
  readonly balance_after: string;
  readonly purpose: string | null;
  readonly booked_at: string;
}

/** An account, wherever the bank tells of one. */
export const accountOf = (row: AccountRow) => ({
  id: id(row.id),
  customerId: id(row.customer_id),
  iban: row.iban,
  kind: row.kind,
  currency: row.currency,
  balance: row.balance,
  openedAt: time(row.opened_at),
  closedAt: row.closed_at === null ? null : time(row.closed_at),
});

const lineOf = (row: LineRow) => ({
  id: id(row.id),
  transferId: row.transfer_id === null ? null : id(row.transfer_id),
  amount: row.amount,
  balanceAfter: row.balance_after,
  purpose: row.purpose,
  bookedAt: time(row.booked_at),
});

const unknown = (account: string): Answer =>
  refused(404, 'unknown_account', `there is no account ${account}; GET /accounts lists them`);

const asked = ({ after, limit }: { readonly after: string; readonly limit: string }) => `limit=${limit}&after=${after}`;
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id);

const accounts: ReadRoute = {
  name: 'accounts',
  method: 'GET',
  path: '/accounts',
  query: ['after', 'limit'],
  services: ['accounts'],
  answer: async (request, ask) => {
    const page = pageOf(request, '100', 1000n);
    if (!page) return null;
    // From 0 on: the bank's own accounts have ids below it, and are in no list.
    const rows: AccountRow[] = (await ask('accounts', `/accounts?${asked(page)}`)).body.data;
    return json({ accounts: rows.map(accountOf), next: next(idsOf(rows), page.limit) });
  },
};

const account: ReadRoute = {
  name: 'account',
  method: 'GET',
  path: '/accounts/{id}',
  params: { id: idInPath },
  services: ['accounts'],
  customer: ({ params }) => params.id!,
  answer: async ({ params }, ask) => (await found(params.id!, ask)) ?? unknown(params.id!),
};

async function found(account: string, ask: Ask): Promise<Answer | null> {
  const { status, body } = await ask('accounts', `/accounts/${account}`);
  return status === 404 ? null : json(accountOf(body.data));
}

const ledger: ReadRoute = {
  name: 'ledger',
  method: 'GET',
  path: '/accounts/{id}/ledger',
  params: { id: idInPath },
  query: ['after', 'limit'],
  services: ['accounts'],
  customer: ({ params }) => params.id!,
  answer: async (request, ask) => {
    const account = request.params.id!;
    const page = pageOf(request, '50', 500n);
    if (!page) return null;
    const rows: LineRow[] = (await ask('accounts', `/ledger-lines?account_id=${account}&${asked(page)}`)).body.data;
    if (rows.length === 0 && !(await found(account, ask))) return unknown(account);
    return json({ account: id(account), lines: rows.map(lineOf), next: next(idsOf(rows), page.limit) });
  },
};

/** What the bank tells of accounts, from the service `accounts`. */
export const accountRoutes: readonly ReadRoute[] = [accounts, account, ledger];
