import type { Account } from './accounts.ts';
import { formatMoney } from './money.ts';
import { createPrng, type Prng } from './prng.ts';

/** The body of one POST /transfers. */
export interface PlannedOrder {
  readonly from: Account['id'];
  readonly to: Account['id'];
  readonly amount: string;
  readonly purpose?: string;
}

const PURPOSES = [
  'Rent',
  'Miete März',
  'Invoice 2012-0417',
  'Loyer',
  'Pizza 🍕',
  'Danke 🙏',
  'Strom & Gas',
  'Geschenk für Oma 🎁',
  'Taschengeld',
  'Mitgliedsbeitrag',
  'Rückzahlung',
  "Ann's share",
];
const NO_PURPOSE = 0.2;
// Now and then someone orders more than anyone here has.
const BEYOND_MEANS = 0.02;

/** There are not two accounts that could pay each other. */
export class TooFewAccounts extends Error {
  override readonly name = 'TooFewAccounts';
}

/**
 * The orders of a day, without end: the same seed over the same accounts gives the same orders in the same sequence.
 * Only open accounts take part, each with others of its currency. Throws TooFewAccounts.
 */
export function planOrders(seed: number, accounts: readonly Account[]): () => PlannedOrder {
  const open = accounts.filter((account) => account.closedAt === null);
  const groups = Map.groupBy(open, (account) => account.currency);
  const payers = open.filter((account) => groups.get(account.currency)!.length > 1);
  if (payers.length === 0) {
    throw new TooFewAccounts('the bank has no two open accounts in one currency; fill it first: node src/main.ts seed');
  }
  const prng = createPrng(seed);
  return () => {
    const from = prng.pick(payers);
    const order = { from: from.id, to: pickOther(prng, groups.get(from.currency)!, from).id, amount: amount(prng) };
    return prng.chance(NO_PURPOSE) ? order : { ...order, purpose: prng.pick(PURPOSES) };
  };
}

function pickOther(prng: Prng, group: readonly Account[], not: Account): Account {
  const other = group[prng.between(0, group.length - 2)]!;
  return other.id === not.id ? group.at(-1)! : other;
}

/** Mostly small sums, to the cent. */
function amount(prng: Prng): string {
  if (prng.chance(BEYOND_MEANS)) return formatMoney(BigInt(prng.between(1_000_000, 9_000_000)) * 10_000n);
  const share = prng.next();
  return formatMoney(BigInt(1 + Math.floor(share * share * share * 50_000)) * 100n);
}
