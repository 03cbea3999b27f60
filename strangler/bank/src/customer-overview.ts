import type { ReadRoute } from '@banyan/strangler';
import type { AccountRow } from './accounts.ts';
import { idInPath } from './answers.ts';
import { unknownCustomer } from './customers.ts';
import { type Html, html, page, row } from './html.ts';

/** A row of the service `customer-search`. */
interface PersonRow {
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly street: string | null;
  readonly postcode: string | null;
  readonly status: string | null;
  readonly birth_date: string | null;
  readonly created_at: string;
}

/** A row of the service `account-overview`. */
interface MonthRow {
  readonly account_id: string;
  readonly month: string;
  readonly turnover_in: string;
  readonly turnover_out: string;
  readonly line_count: string;
  readonly balance: string;
}

/** The most that a query API gives at once. */
const mostRows = 1000;

/** The page that a branch looks at when a customer stands before it. The bank's own template, once more: the bank's will be gone. */
export const customerOverview: ReadRoute = {
  name: 'customer-overview',
  method: 'GET',
  path: '/customers/{id}/overview',
  params: { id: idInPath },
  services: ['customer-search', 'accounts', 'account-overview'],
  customer: ({ params }) => params.id!,
  answer: async ({ params }, ask) => {
    // In the order in which the bank reads them: none is older than the one before.
    const customer = params.id!;
    const found = await ask('customer-search', `/customers/${customer}`);
    if (found.status === 404) return unknownCustomer(customer);
    const of = `customer_id=${customer}&limit=${mostRows}`;
    const accounts: AccountRow[] = (await ask('accounts', `/accounts?${of}`)).body.data;
    const months: MonthRow[] = (await ask('account-overview', `/account-months?${of}`)).body.data;
    if (accounts.length === mostRows || months.length === mostRows) return null; // There may be more.
    const newest = months.toReversed();
    const parts = accounts.map((account) =>
      accountPart(
        account,
        newest.filter(({ account_id }) => account_id === account.id),
      ),
    );
    return page(`Customer ${customer}`, html`${personPart(found.body.data)}${parts}`);
  },
};

function personPart(person: PersonRow): Html {
  const home = person.street === null ? '' : `${person.street}, ${person.postcode}`;
  return html`<table>${row('name', person.name)}${row('status', person.status ?? '')}${row('born', person.birth_date ?? '')}
${row('home', home)}${row('city', person.city)}${row('email', person.email)}${row('since', person.created_at.slice(0, 10))}</table>`;
}

function accountPart(account: AccountRow, months: readonly MonthRow[]): Html {
  const rows = months.map((one) => row(one.month, one.turnover_in, one.turnover_out, one.line_count, one.balance));
  const closed = account.closed_at === null ? '' : `, closed on ${account.closed_at.slice(0, 10)}`;
  return html`
<h2>${account.iban}</h2><p>${account.kind}, ${account.balance} ${account.currency}${closed}</p>
<table>${row('month', 'in', 'out', 'lines', 'balance')}${rows}</table>`;
}
