import { ibanOf } from './iban.ts';
import { formatMoney } from './money.ts';
import { type Country, inventPerson } from './people.ts';
import { createPrng, type Prng } from './prng.ts';

/** A row of `customers` to be. Times as DATETIME(6) text in UTC. */
export interface PlannedCustomer {
  readonly id: bigint;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly createdAt: string;
}

/** A row of `accounts` to be; its balance is its opening balance. */
export interface PlannedAccount {
  readonly id: bigint;
  readonly customerId: bigint;
  readonly iban: string;
  readonly kind: 'current' | 'savings';
  readonly currency: string;
  readonly balance: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
}

/** All a new bank starts with. */
export interface SeedPlan {
  readonly customers: readonly PlannedCustomer[];
  readonly accounts: readonly PlannedAccount[];
}

const FIRST_DAY_MS = Date.UTC(1998, 0, 5);
const LAST_DAY_MS = Date.UTC(2012, 5, 29);
const DAY_MS = 86_400_000;

/** Invents the customers of a bank: the same seed gives the same ones, and fewer of them are the first of more. */
export function planSeed(seed: number, customerCount: number): SeedPlan {
  const prng = createPrng(seed);
  const customers: PlannedCustomer[] = [];
  const accounts: PlannedAccount[] = [];
  for (let number = 1; number <= customerCount; number += 1) {
    const { country, ...person } = inventPerson(prng, number);
    const joinedMs = FIRST_DAY_MS + prng.between(0, (LAST_DAY_MS - FIRST_DAY_MS) / DAY_MS) * DAY_MS;
    const id = BigInt(number);
    customers.push({
      id,
      name: person.name,
      email: person.email,
      city: person.city,
      createdAt: moment(prng, joinedMs),
    });
    const kinds = prng.chance(0.5) ? (['current', 'savings'] as const) : (['current'] as const);
    for (const kind of kinds) accounts.push(planAccount(prng, accounts.length + 1, id, country, kind, joinedMs));
  }
  return { customers, accounts };
}

function planAccount(
  prng: Prng,
  number: number,
  customerId: bigint,
  country: Country,
  kind: 'current' | 'savings',
  joinedMs: number,
): PlannedAccount {
  const openedMs = joinedMs + prng.between(1, 400) * DAY_MS;
  const closed = prng.chance(0.01);
  return {
    id: BigInt(number),
    customerId,
    iban: ibanOf(country, number),
    kind,
    currency: country === 'CH' && !prng.chance(0.2) ? 'CHF' : 'EUR',
    balance: closed ? formatMoney(0n) : openingBalance(prng, kind),
    openedAt: moment(prng, openedMs),
    closedAt: closed ? moment(prng, openedMs + prng.between(30, 900) * DAY_MS) : null,
  };
}

/** Many have little and few have much; one savings account in five has interest below the cent. */
function openingBalance(prng: Prng, kind: 'current' | 'savings'): string {
  const share = prng.next();
  const most = kind === 'current' ? 2_000_000 : 9_000_000;
  const cents = BigInt(Math.floor(share * share * most));
  const belowCent = kind === 'savings' && prng.chance(0.2) ? BigInt(prng.between(1, 99)) : 0n;
  return formatMoney(cents * 100n + belowCent);
}

/** Some instant of the day that starts at `dayMs`, to the microsecond. */
function moment(prng: Prng, dayMs: number): string {
  const instant = new Date(dayMs + prng.between(8 * 3_600_000, 18 * 3_600_000)).toISOString();
  const micros = String(prng.between(0, 999)).padStart(3, '0');
  return `${instant.slice(0, 10)} ${instant.slice(11, 23)}${micros}`;
}
