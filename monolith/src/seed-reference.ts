import { inventPerson } from './people.ts';
import type { Prng } from './prng.ts';
import type { TableRows } from './write-rows.ts';

/** The day on which a new bank's business begins. */
export const FIRST_BUSINESS_DAY = '2012-07-02';

const BRANCHES = [
  ['Köln-Dom', 'Köln', '1951', '09:00:00', '16:30:00', 'cash,safe,advice,exchange'],
  ['Köln-Süd', 'Köln', '1974', '09:30:00', '16:00:00', 'cash,advice'],
  ['Berlin-Mitte', 'Berlin', '1991', '09:00:00', '18:00:00', 'cash,safe,advice'],
  ['München-Ost', 'München', '1968', '08:30:00', '16:00:00', 'cash,advice,exchange'],
  ['Wien-1', 'Wien', '1995', '08:00:00', '15:00:00', 'cash,safe,advice,exchange'],
  ['Graz', 'Graz', '2003', '08:00:00', '15:00:00', 'advice'],
  ['Zürich-HB', 'Zürich', '1988', '08:15:00', '16:45:00', 'cash,safe,exchange'],
  ['Genève', 'Genève', '1999', '08:30:00', '16:30:00', 'cash,exchange'],
] as const;
export const BRANCH_CODES: readonly string[] = BRANCHES.map(([code]) => code);

const CATEGORIES = {
  5411: 'Groceries',
  5541: 'Petrol stations',
  5812: 'Restaurants',
  5814: 'Cafés and snacks',
  5942: 'Bookshops',
  5912: 'Pharmacies',
  4111: 'Trains and buses',
  4511: 'Airlines',
  6011: 'Cash machines',
  7011: 'Hotels',
  5732: 'Electronics',
  7832: 'Cinemas',
} as const;
const SHOP_WORDS = ['Linde', 'Sonne', 'Möwe', 'Anker', 'Krone', 'Rössli', 'Étoile', 'Post', 'Mühle', 'Süd'];

/** How many merchants and employees a new bank has; their ids are 1 to that. */
export const MERCHANT_COUNT = 60;
export const EMPLOYEE_COUNT = 32;

/** The rows that a bank has before it has a customer. */
export function referenceRows(prng: Prng): TableRows[] {
  return [
    {
      into: 'bank_settings (name, value, changed_at)',
      rows: [['business_day', FIRST_BUSINESS_DAY, '2012-07-02 06:00:00']],
    },
    {
      into: 'countries (code, name, iban_length)',
      rows: [
        ['DE', 'Deutschland', 22n],
        ['AT', 'Österreich', 20n],
        ['CH', 'Schweiz', 21n],
        ['FR', 'France', 27n],
      ],
    },
    { into: 'branches (code, name, city, opened_year, opens, closes, services)', rows: BRANCHES.map(branchRow) },
    {
      into: 'employees (id, number, branch_code, manager_id, name, role, hired_on, active, rights)',
      rows: Array.from({ length: EMPLOYEE_COUNT }, (_, index) => employeeRow(prng, index)),
    },
    { into: 'merchant_categories (code, name)', rows: Object.entries(CATEGORIES).map(([code, name]) => [code, name]) },
    {
      into: 'merchants (id, category_code, name, city, country_code, channels, discount)',
      rows: Array.from({ length: MERCHANT_COUNT }, (_, index) => merchantRow(prng, index + 1)),
    },
    { into: 'fees (code, currency, name, amount, due)', rows: feeRows() },
    { into: 'interest_rates (kind, currency, valid_from, rate)', rows: rateRows() },
    {
      into: 'exchange_rates (currency, quoted_on, per_euro)',
      rows: ['CHF', 'USD', 'GBP'].map((currency) => [
        currency,
        '2012-06-29',
        String(0.8 + prng.between(0, 4_500) / 10_000),
      ]),
    },
  ];
}

function branchRow([code, city, ...rest]: (typeof BRANCHES)[number]) {
  return [code, `Filiale ${code}`, city, ...rest];
}

/** The first of each branch leads it, and the first of all leads them. */
function employeeRow(prng: Prng, index: number) {
  const branch = index % BRANCHES.length;
  const leads = index < BRANCHES.length;
  const { name } = inventPerson(prng, index);
  const manager = index === 0 ? null : BigInt(leads ? 1 : branch + 1);
  const role = leads ? 'manager' : prng.pick(['teller', 'advisor', 'clerk']);
  const hiredOn = `${prng.between(1980, 2011)}-${String(prng.between(1, 12)).padStart(2, '0')}-01`;
  return [
    BigInt(index + 1),
    BigInt(1_040 + index * 7),
    BRANCHES[branch]![0],
    manager,
    name,
    role,
    hiredOn,
    1n,
    BigInt(prng.between(1, 4_095)),
  ];
}

function merchantRow(prng: Prng, id: number) {
  const [code, kind] = prng.pick(Object.entries(CATEGORIES));
  const { city, country } = inventPerson(prng, id);
  const channels =
    code === '6011' ? 'atm' : prng.pick(['chip,contactless', 'chip', 'online', 'chip,contactless,online']);
  return [
    BigInt(id),
    code,
    `${kind} ${prng.pick(SHOP_WORDS)} ${id}`,
    city,
    country,
    channels,
    String(prng.between(4, 60) / 32),
  ];
}

const feeRows = () =>
  ['EUR', 'CHF'].flatMap((currency) => [
    ['account', currency, 'Kontoführung', '0.0500', 'nightly'],
    ['card', currency, 'Neue Karte', '9.5000', 'each time'],
    ['letter', currency, 'Auszug per Post', '0.5500', 'each time'],
  ]);

const rateRows = () => [
  ['savings', 'EUR', '1998-01-01', '3.2500'],
  ['savings', 'EUR', '2009-04-01', '1.2500'],
  ['savings', 'CHF', '1998-01-01', '1.7500'],
  ['savings', 'CHF', '2011-08-15', '0.5000'],
  ['current', 'EUR', '1998-01-01', '0.1000'],
  ['current', 'CHF', '1998-01-01', '0.0500'],
];
