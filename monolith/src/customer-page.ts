import { type Account, accountsOf } from './accounts.ts';
import { type Queryable, select } from './database.ts';
import { type Html, html } from './html.ts';
import { page, row } from './page-views.ts';
import { Rejection } from './rejection.ts';

interface Person {
  readonly name: string;
  readonly email: string;
  readonly city: string;
  /** Of the home address, null without one. */
  readonly street: string | null;
  readonly postcode: string | null;
  /** Null for who has no profile. */
  readonly status: string | null;
  readonly birthDate: string | null;
  readonly since: string;
}

/** What came and went on an account in a calendar month, and what was there after its last line. */
interface Month {
  readonly accountId: string;
  readonly month: string;
  readonly came: string;
  readonly went: string;
  readonly lineCount: string;
  readonly balance: string;
}

const PERSON = `
  SELECT c.name, c.email, c.city, h.street, h.postcode, p.status, p.birth_date AS birthDate, c.created_at AS since
    FROM customers c
    LEFT JOIN addresses h ON h.customer_id = c.id AND h.kind = 'home'
    LEFT JOIN customer_profiles p ON p.customer_id = c.id
   WHERE c.id = ?`;

const MONTHS = `
  SELECT CAST(m.account_id AS CHAR) AS accountId, m.month, m.came, m.went, m.line_count AS lineCount, l.balance_after AS balance
    FROM (SELECT account_id, DATE_FORMAT(booked_at, '%Y-%m') AS month, MAX(id) AS last_line, COUNT(*) AS line_count,
                 SUM(IF(amount > 0, amount, 0)) AS came, SUM(IF(amount < 0, -amount, 0)) AS went
            FROM ledger_lines WHERE account_id IN (SELECT id FROM accounts WHERE customer_id = ?)
           GROUP BY account_id, DATE_FORMAT(booked_at, '%Y-%m')) m
    JOIN ledger_lines l ON l.id = m.last_line
   ORDER BY m.account_id, m.month DESC`;

/** What a branch looks at when a customer stands before it, as a page. Throws Rejection 404. */
export async function customerPage(db: Queryable, id: bigint): Promise<string> {
  const [person] = await select<Person>(db, PERSON, [id]);
  if (person === undefined)
    throw new Rejection(404, 'unknown_customer', `there is no customer ${id}; check the number`);
  const accounts = await accountsOf(db, id);
  const months = await select<Month>(db, MONTHS, [id]);
  const parts = accounts.map((account) =>
    accountPart(
      account,
      months.filter(({ accountId }) => accountId === String(account.id)),
    ),
  );
  return page(`Customer ${id}`, html`${personPart(person)}${parts}`);
}

function personPart(person: Person): Html {
  const home = person.street === null ? '' : `${person.street}, ${person.postcode}`;
  return html`<table>${row('name', person.name)}${row('status', person.status ?? '')}${row('born', person.birthDate ?? '')}
${row('home', home)}${row('city', person.city)}${row('email', person.email)}${row('since', person.since.slice(0, 10))}</table>`;
}

function accountPart(account: Account, months: readonly Month[]): Html {
  const rows = months.map((one) => row(one.month, one.came, one.went, one.lineCount, one.balance));
  const closed = account.closedAt === null ? '' : `, closed on ${account.closedAt.slice(0, 10)}`;
  return html`
<h2>${account.iban}</h2><p>${account.kind}, ${account.balance} ${account.currency}${closed}</p>
<table>${row('month', 'in', 'out', 'lines', 'balance')}${rows}</table>`;
}
