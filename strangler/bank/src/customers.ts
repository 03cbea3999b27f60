import type { Answer, ReadRoute } from '@banyan/strangler';
import { type AccountRow, accountOf } from './accounts.ts';
import { id, idInPath, isLine, json, next, pageOf, refused, time } from './answers.ts';

/** A row of the service `customer-search`, as far as the bank tells of it here. */
interface CustomerRow {
  readonly customer_id: string;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly created_at: string;
}

/** A row of its `name_beginnings`. */
type FoundRow = Omit<CustomerRow, 'created_at'>;

/** The most that a query API gives at once. */
const mostAccounts = 1000;
const mostName = 120;

export const unknownCustomer = (customer: string): Answer =>
  refused(404, 'unknown_customer', `there is no customer ${customer}; check the number`);

const search: ReadRoute = {
  name: 'customer-search',
  method: 'GET',
  path: '/customers',
  query: ['name', 'after', 'limit'],
  services: ['customer-search'],
  answer: async (request, ask) => {
    const beginning = request.query.get('name');
    const page = pageOf(request, '20', 100n);
    // What is no UTF-8 has become U+FFFD, here and there by rules of their own.
    if (!page || !isLine(beginning, mostName) || beginning.includes('\ufffd')) return null;
    const characters = [...beginning].length;
    const asked = new URLSearchParams({
      ...{ beginning, characters: String(characters), limit: page.limit },
      // From 0 on: the bank is a customer of its own, with an id below it.
      after: `${page.after}/${characters}`,
    });
    const rows: FoundRow[] = (await ask('customer-search', `/name-beginnings?${asked}`)).body.data;
    return json({
      customers: rows.map((row) => ({ id: id(row.customer_id), name: row.name, email: row.email, city: row.city })),
      next: next(
        rows.map((row) => row.customer_id),
        page.limit,
      ),
    });
  },
};

const customer: ReadRoute = {
  name: 'customer',
  method: 'GET',
  path: '/customers/{id}',
  params: { id: idInPath },
  services: ['customer-search', 'accounts'],
  customer: ({ params }) => params.id!,
  answer: async ({ params }, ask) => {
    const { status, body } = await ask('customer-search', `/customers/${params.id}`);
    if (status === 404) return unknownCustomer(params.id!);
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
export const customerRoutes: readonly ReadRoute[] = [search, customer];
