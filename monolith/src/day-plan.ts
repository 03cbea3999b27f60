import { type Action, type Deed, type Kind, type Ref, SHARES } from './day-kinds.ts';
import type { Population } from './day-population.ts';
import { createPrng, type Prng } from './prng.ts';

const TOTAL = SHARES.reduce((sum, [, share]) => sum + share, 0);
const PAGES = ['accounts', 'statement', 'cards', 'profile', 'transfer'];
const NAMES = ['Ada Müller', 'Jürgen Weiß', 'Zoë 🌻 Vogt', 'İlkay Öztürk', "Siân O'Neil", 'Łucja Żak'];
// So few share a flat that they meet each other in the database.
const FLAT_MATES = 5;
// Someone who does something on what another does now would often be too early.
const NOT_BEFORE = 40;

/**
 * The actions of a day, without end: the same seed over the same population gives the same ones in the same sequence.
 * `passwordOf` gives the password of a customer who logs in.
 */
export function planDay(seed: number, people: Population, passwordOf: (customerId: bigint) => string): () => Action {
  const prng = createPrng(seed);
  const deed = deeds(prng, people, passwordOf);
  let number = 0;
  return () => {
    number += 1;
    return { number, ...(deed[pickKind(prng)](number) ?? deed.transfer(number)!) } as Action;
  };
}

function pickKind(prng: Prng): Kind {
  let rest = prng.next() * TOTAL;
  for (const [kind, share] of SHARES) {
    rest -= share;
    if (rest < 0) return kind;
  }
  return SHARES[0]![0];
}

/** How each kind of deed is drawn; undefined when there is nothing to do it to yet. */
function deeds(prng: Prng, people: Population, passwordOf: (id: bigint) => string) {
  const byCurrency = Map.groupBy(people.accounts, (account) => account.currency);
  const pools = {
    held: pool(prng),
    paid: pool(prng),
    sessions: pool(prng),
    prospects: pool(prng),
    accounts: pool(prng),
    orders: pool(prng),
    staff: pool(prng),
  };
  const account = () => prng.pick(people.accounts);
  const payee = (currency: string) => prng.pick(byCurrency.get(currency)!).id;
  const customer = () => prng.pick(people.customers);
  const amount = (most: number) => BigInt(1 + Math.floor(prng.next() ** 3 * most * 100)) * 100n;
  const street = () => `${prng.pick(['Lindenweg', 'Am Bach', 'Rue Haute'])} ${prng.between(1, 99)}`;
  const order = (number: number): Ref =>
    (prng.chance(0.3) ? pools.orders.peek(number) : undefined) ?? prng.pick(people.standingOrders);
  const transferOf = (kind: 'transfer' | 'cancelled transfer') => {
    const from = account();
    return { kind, from: from.id, to: payee(from.currency), amount: amount(prng.chance(0.02) ? 9_000_000 : 500) };
  };
  const followUp = (kind: 'settle' | 'reverse', number: number) => {
    const authorisation = pools.held.take(number);
    if (authorisation !== undefined && kind === 'settle') pools.paid.add(authorisation.made, number);
    return authorisation && { kind, authorisation };
  };
  const plan: { readonly [K in Kind]: (number: number) => Deed | undefined } = {
    transfer: () => transferOf('transfer'),
    'cancelled transfer': () => transferOf('cancelled transfer'),
    'pay in': () => {
      const { id, currency } = account();
      return { kind: 'pay in', to: id, currency, amount: amount(4_000) };
    },
    payroll: () => {
      const from = account();
      const to = Array.from({ length: prng.between(2, 5) }, () => ({
        account: payee(from.currency),
        amount: amount(300),
      }));
      return { kind: 'payroll', from: from.id, to: to.filter((one) => one.account !== from.id) };
    },
    authorise: (number) => {
      pools.held.add(number, number);
      const channel = prng.pick(['chip', 'contactless', 'online', 'atm'] as const);
      const place = channel === 'online' ? 'www.example.org' : prng.pick(['Köln', 'Genève', 'Łódź', 'Wien 1']);
      return {
        kind: 'authorise',
        card: prng.pick(people.cards),
        merchant: prng.pick(people.merchants),
        channel,
        place,
        amount: amount(250),
      };
    },
    settle: (number) => followUp('settle', number),
    reverse: (number) => followUp('reverse', number),
    refund: (number) => {
      const authorisation = pools.paid.take(number);
      return authorisation && { kind: 'refund', authorisation };
    },
    'order card': () => {
      const { id, customerId } = account();
      return { kind: 'order card', customer: customerId, account: id };
    },
    'block card': () => ({ kind: 'block card', card: prng.pick(people.cards) }),
    'unblock card': () => ({ kind: 'unblock card', card: prng.pick(people.cards) }),
    login: (number) => {
      const { name, customerId } = prng.pick(people.logins);
      pools.sessions.add(number, number);
      return { kind: 'login', name, password: prng.chance(0.05) ? 'forgotten' : passwordOf(customerId) };
    },
    look: (number) => {
      const session = pools.sessions.peek(number);
      return session && { kind: 'look', session, page: prng.pick(PAGES) };
    },
    logout: (number) => {
      const session = pools.sessions.take(number);
      return session && { kind: 'logout', session };
    },
    profile: (number) => ({
      kind: 'profile',
      customer: customer(),
      email: `new.${number}@example.org`,
      marketing: prng.chance(0.5),
    }),
    move: () => ({
      kind: 'move',
      customers: Array.from(
        { length: prng.between(2, 4) },
        () => people.customers[prng.between(0, Math.min(FLAT_MATES, people.customers.length) - 1)]!,
      ),
      street: street(),
      city: prng.pick(['Köln', 'Graz', 'Zürich']),
    }),
    'post address': () => ({ kind: 'post address', customer: customer(), street: prng.chance(0.6) ? street() : null }),
    preference: () => ({
      kind: 'preference',
      customer: customer(),
      channel: prng.pick(['post', 'mail', 'phone', 'sms']),
      allowed: prng.chance(0.6),
      topics: prng.pick(['', 'statements', 'security,offers', 'statements,security,offers,rates']),
    }),
    note: (number) => ({ kind: 'note', customer: customer(), text: `Gespräch ${number} ☎️` }),
    document: () => ({
      kind: 'document',
      customer: customer(),
      content: Buffer.from(Array.from({ length: prng.between(100, 4_000) }, () => prng.between(0, 255))),
    }),
    'place order': (number) => {
      const from = account();
      const to = payee(from.currency);
      if (to === from.id) return undefined;
      pools.orders.add(number, number);
      return { kind: 'place order', from: from.id, to, amount: amount(200) };
    },
    'change order': (number) => ({ kind: 'change order', order: order(number), amount: amount(200) }),
    'run order': (number) => ({ kind: 'run order', order: order(number) }),
    'cancel order': (number) => {
      const cancelled = pools.orders.take(number);
      return cancelled && { kind: 'cancel order', order: cancelled };
    },
    enrol: (number) => {
      pools.prospects.add(number, number);
      return {
        kind: 'enrol',
        name: prng.pick(NAMES),
        email: `prospect.${number}@example.org`,
        branch: prng.pick(people.branches),
      };
    },
    forget: (number) => {
      const prospect = pools.prospects.take(number);
      return prospect && { kind: 'forget', customer: prospect };
    },
    'open account': (number) => {
      const prospect = prng.chance(0.5) ? pools.prospects.take(number) : undefined;
      pools.accounts.add(number, number);
      return {
        kind: 'open account',
        customer: prospect ?? customer(),
        currency: 'EUR',
        savings: prng.chance(0.4),
        deposit: prng.chance(0.7) ? amount(9_000) : 0n,
      };
    },
    'close account': (number) => {
      const closed = pools.accounts.take(number);
      return closed && { kind: 'close account', account: closed, payTo: payee('EUR') };
    },
    statement: () => ({ kind: 'statement', account: account().id }),
    'rename branch': (number) => {
      const branch = prng.pick(people.branches);
      return { kind: 'rename branch', branch, code: `${branch.split(' ').at(-1)} ${number}` };
    },
    hire: (number) => {
      pools.staff.add(number, number);
      return { kind: 'hire', name: prng.pick(NAMES), branch: prng.pick(people.branches) };
    },
    leave: (number) => {
      const employee = pools.staff.take(number);
      return employee && { kind: 'leave', employee };
    },
  };
  return plan;
}

/** What the day has made so far, by the numbers of the actions; what is too young is not given. */
function pool(prng: Prng) {
  const members: { readonly made: number; readonly from: number }[] = [];
  function pick(number: number, remove: boolean): { readonly made: number } | undefined {
    const old = members.findIndex((member) => member.from > number);
    const count = old === -1 ? members.length : old;
    if (count === 0) return undefined;
    const index = prng.between(0, count - 1);
    const { made } = remove ? members.splice(index, 1)[0]! : members[index]!;
    return { made };
  }
  return {
    add: (made: number, number: number) => void members.push({ made, from: number + NOT_BEFORE }),
    take: (number: number) => pick(number, true),
    peek: (number: number) => pick(number, false),
  };
}
