import type { ReadRoute } from '@banyan/strangler';
import { type AccountRow, accountOf } from './accounts.ts';
import { id, idInPath, json, refused, time } from './answers.ts';

/** A row of the service `customer-search`, as far as the bank tells of it here. */
interface CustomerRow {
  readonly customer_id: string;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly created_at: string;
}

/** The most that a query API gives at once. */
const mostAccounts = 1000;

const customer: ReadRoute = {
  name: 'customer',
  method: 'GET',
  path: '/customers/{id}',
  params: { id: idInPath },
  services: ['customer-search', 'accounts'],
  customer: ({ params }) => params.id!,
  answer: async ({ params }, ask) => {
    const { status, body } = await ask('customer-search', `/customers/${params.id}`);
    if (status === 404) return refused(404, 'unknown_customer', `there is no customer ${params.id}; check the number`);
    const row: CustomerRow = body.data;
    // After the customer, as the bank reads it: what it says of him may be older than what it says of his accounts, never newer.
    const accounts = await ask('accounts', `/accounts?customer_id=${params.id}&limit=${mostAccounts}`);
    const list: AccountRow[] = accounts.body.data;
    if (list.length === mostAccounts) return null; // There may be more.
    return json({
      id: id(row.customer_id),
      name: row.name,
      email: row.email,
      city: row.city,
      createdAt: time(row.created_at),
      accounts: list.map(accountOf),
    });
  },
};

/** What the bank tells of customers: who they are from the service `customer-search`, their accounts from `accounts`. */
export const customerRoutes: readonly ReadRoute[] = [customer];
