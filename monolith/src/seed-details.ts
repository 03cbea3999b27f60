import { createHash } from 'node:crypto';
import { cardNumber } from './card-number.ts';
import type { Value } from './database.ts';
import { keepPassword } from './passwords.ts';
import type { Prng } from './prng.ts';
import type { PlannedAccount, PlannedCustomer, SeedPlan } from './seed-plan.ts';
import { BRANCH_CODES, EMPLOYEE_COUNT } from './seed-reference.ts';
import type { TableRows } from './write-rows.ts';

const STREETS = ['Lindenstraße', 'Am Markt', 'Rue du Lac', 'Bahnhofstrasse', 'Grüner Weg', 'Kirchgasse', 'Ringstraße'];
const NOTES = [
  'Called about a card.',
  'Möchte keine Werbung 📵',
  'Wants a mortgage, see file.',
  'Prefers the morning.',
];
const SEEDED_PASSWORD_COST = 8;
const LANGUAGES = { DE: 'de', AT: 'de', CH: 'fr' } as const;

/** The password of a seeded customer. */
export const seededPassword = (customerId: bigint): string => `sesame-${customerId}`;

const TABLES = {
  customer_profiles:
    'customer_id, status, salutation, birth_date, branch_code, advisor_id, language, marketing, risk, closed_on, changed_at',
  addresses: 'customer_id, kind, street, postcode, city, country_code, since',
  contact_preferences: 'customer_id, channel, allowed, topics, quiet_from, quiet_until',
  customer_notes: 'customer_id, employee_id, text, written_at',
  documents: 'customer_id, kind, title, sha256, content, received_at',
  web_logins: 'customer_id, login_name, salt, cost, password_key',
  account_holders: 'account_id, customer_id, role, since',
  cards:
    'id, customer_id, account_id, pan, pan_last4, holder_name, kind, status, expires_year, expires_month, contactless, features, daily_limit, issued_at',
  standing_orders: 'from_account_id, to_account_id, amount, purpose, every, weekdays, next_on, active',
} as const;
type Table = keyof typeof TABLES;

/** Everything around the planned customers and accounts; the same for the same numbers and the same plan. */
export async function detailRows(prng: Prng, plan: SeedPlan): Promise<TableRows[]> {
  const rows = Object.fromEntries(Object.keys(TABLES).map((table) => [table, [] as Value[][]])) as Record<
    Table,
    Value[][]
  >;
  const accountsOf = Map.groupBy(plan.accounts, (account) => account.customerId);
  const logins: { readonly customer: PlannedCustomer; readonly salt: Buffer }[] = [];
  for (const customer of plan.customers) {
    const accounts = accountsOf.get(customer.id)!;
    addPerson(prng, rows, customer, accounts);
    if (prng.chance(0.7)) logins.push({ customer, salt: bytes(prng, 16) });
    for (const account of accounts) addAccount(prng, rows, customer, account, plan);
  }
  rows.web_logins = await Promise.all(logins.map(loginRow));
  return Object.entries(TABLES).map(([table, columns]) => ({
    into: `${table} (${columns})`,
    rows: rows[table as Table],
  }));
}

function addPerson(
  prng: Prng,
  rows: Record<Table, Value[][]>,
  customer: PlannedCustomer,
  accounts: PlannedAccount[],
): void {
  const { id, createdAt } = customer;
  const country = accounts[0]!.iban.slice(0, 2) as keyof typeof LANGUAGES;
  const left = accounts.every((account) => account.closedAt !== null);
  const closedOn = left ? accounts.at(-1)!.closedAt!.slice(0, 10) : null;
  const birth = `${prng.between(1925, 1993)}-${String(prng.between(1, 12)).padStart(2, '0')}-${String(prng.between(1, 28)).padStart(2, '0')}`;
  const advisor = prng.chance(0.8) ? BigInt(prng.between(1, EMPLOYEE_COUNT)) : null;
  rows.customer_profiles.push([
    id,
    left ? 'closed' : 'active',
    prng.pick(['', 'Ms', 'Mr', 'Dr']),
    prng.chance(0.95) ? birth : null,
    prng.pick(BRANCH_CODES),
    advisor,
    LANGUAGES[country],
    flag(prng, 0.4),
    BigInt(prng.between(-2, 5)),
    closedOn,
    createdAt.slice(0, 19),
  ]);
  for (const [kind, share] of [
    ['home', 1],
    ['post', 0.15],
    ['work', 0.1],
  ] as const) {
    if (prng.chance(share))
      rows.addresses.push([id, kind, ...street(prng), customer.city, country, createdAt.slice(0, 10)]);
  }
  for (const channel of ['post', 'mail', 'phone', 'sms']) {
    if (!prng.chance(0.7)) continue;
    const quiet = channel === 'phone' ? ['20:00:00', '08:30:00'] : [null, null];
    rows.contact_preferences.push([
      id,
      channel,
      flag(prng, 0.8),
      prng.pick(['statements', 'statements,security', 'security,offers,rates', '']),
      ...quiet,
    ]);
  }
  if (prng.chance(0.2)) rows.customer_notes.push([id, advisor, prng.pick(NOTES), createdAt.slice(0, 23)]);
  if (prng.chance(0.3)) {
    const content = bytes(prng, prng.between(200, 2_000));
    const sha256 = createHash('sha256').update(content).digest();
    rows.documents.push([
      id,
      prng.pick(['passport', 'contract', 'letter']),
      `Für ${customer.city}`,
      sha256,
      content,
      createdAt.slice(0, 19),
    ]);
  }
}

function addAccount(
  prng: Prng,
  rows: Record<Table, Value[][]>,
  customer: PlannedCustomer,
  account: PlannedAccount,
  plan: SeedPlan,
): void {
  const since = account.openedAt.slice(0, 10);
  rows.account_holders.push([account.id, customer.id, 'owner', since]);
  const other = prng.pick(plan.customers);
  if (prng.chance(0.08) && other.id !== customer.id)
    rows.account_holders.push([account.id, other.id, prng.pick(['joint', 'proxy']), since]);
  if (account.closedAt !== null || account.kind === 'savings') return;
  for (const [kind, share] of [
    ['debit', 0.85],
    ['credit', 0.25],
  ] as const) {
    if (!prng.chance(share)) continue;
    const number = BigInt(rows.cards.length + 1);
    const pan = cardNumber(number);
    rows.cards.push([
      number,
      customer.id,
      account.id,
      pan,
      pan.slice(-4),
      cardHolder(customer.name),
      kind,
      prng.chance(0.03) ? 'blocked' : 'active',
      BigInt(prng.between(2013, 2017)),
      BigInt(prng.between(1, 12)),
      flag(prng, 0.6),
      BigInt(prng.between(0, 255)),
      prng.pick(['500.00', '1000.00', '2500.00', '5000.00']),
      account.openedAt.slice(0, 19),
    ]);
  }
  const payee = prng.pick(plan.accounts);
  if (prng.chance(0.25) && payee.id !== account.id && payee.currency === account.currency && payee.closedAt === null) {
    const amount = `${prng.between(5, 900)}.${prng.pick(['00', '50', '99'])}00`;
    const nextOn = `2012-07-${String(prng.between(2, 31)).padStart(2, '0')}`;
    rows.standing_orders.push([
      account.id,
      payee.id,
      amount,
      prng.pick(['Miete', 'Rent', 'Sparen 🐷', null]),
      prng.pick(['week', 'month', 'quarter']),
      BigInt(prng.pick([31, 127])),
      nextOn,
      1n,
    ]);
  }
}

async function loginRow({
  customer,
  salt,
}: {
  readonly customer: PlannedCustomer;
  readonly salt: Buffer;
}): Promise<Value[]> {
  const kept = await keepPassword(seededPassword(customer.id), { salt, cost: SEEDED_PASSWORD_COST });
  return [customer.id, customer.email.slice(0, customer.email.indexOf('@')), salt, BigInt(kept.cost), kept.key];
}

/** A name as it is pressed into a card: what latin1 has, in capitals. */
export function cardHolder(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
  return plain
    .replace(/[^A-ZØ. -]/g, '')
    .replace(/ +/g, ' ')
    .slice(0, 40);
}

const flag = (prng: Prng, share: number): bigint => (prng.chance(share) ? 1n : 0n);
const street = (prng: Prng): string[] => [
  `${prng.pick(STREETS)} ${prng.between(1, 180)}`,
  String(prng.between(1_000, 99_999)).padStart(5, '0'),
];
const bytes = (prng: Prng, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => prng.between(0, 255)));
