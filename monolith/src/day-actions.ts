import type { Pool } from 'mysql2/promise';
import { closeAccount, openAccount } from './account-changes.ts';
import { authorise, issueCard, refund, reverse, setCardStatus, settle } from './cards.ts';
import type { Queryable } from './database.ts';
import type { Action, Ref } from './day-kinds.ts';
import { changeOnesMind, payAll, payIn } from './payments.ts';
import {
  addDocument,
  addNote,
  changeProfile,
  dropAddress,
  enrol,
  forgetProspect,
  moveTogether,
  setAddress,
  setPreference,
} from './profiles.ts';
import { Rejection } from './rejection.ts';
import { hire, leave, renameBranch } from './staff.ts';
import { cancelStandingOrder, changeStandingOrder, placeStandingOrder, runStandingOrder } from './standing-orders.ts';
import { makeStatement } from './statements.ts';
import { inTransaction } from './transaction.ts';
import { transfer } from './transfers.ts';
import { findSession, logIn, logOut, noteAction } from './web-sessions.ts';

type Log = (line: string) => void;
type Of<K, One = Action> = One extends Action ? (K extends One['kind'] ? One : never) : never;
type Doers = { readonly [K in Action['kind']]: (action: Of<K>) => Promise<unknown> };

const LOOPBACK = Buffer.from([127, 0, 0, 1]);
const POSTCODE = { postcode: '50667', country: 'DE' };

/**
 * Does the actions of a day in a bank. What one makes (an id, or the session of a login) is kept for those that name it.
 * Throws Rejection for what the bank refuses, `not_made` for an action whose object was refused or is not there yet.
 */
export function createDoer(pool: Pool, log: Log): (action: Action) => Promise<void> {
  const made = new Map<number, bigint>();
  const id = (ref: Ref): bigint => {
    const found = typeof ref === 'bigint' ? ref : made.get(ref.made);
    if (found !== undefined) return found;
    throw new Rejection(409, 'not_made', 'what this is done to was refused or is not there yet; nothing was done');
  };
  const pay = ({ from, to, amount }: Of<'transfer'>) => {
    if (id(from) === id(to)) throw new Rejection(400, 'bad_request', 'from and to must be two different accounts');
    return { from: id(from), to: id(to), amount, purpose: 'Rent 🏠', reference: undefined };
  };
  // One statement can meet another transaction too, and is then run again like any.
  const alone = <T>(work: (db: Queryable) => Promise<T>) => inTransaction(pool, work, log);
  const doers: Doers = {
    transfer: async (a) => void (await transfer(pool, pay(a), log)),
    'cancelled transfer': async (a) => {
      const { from, to, amount } = pay(a);
      await changeOnesMind(pool, from, to, amount, log);
    },
    'pay in': (a) => payIn(pool, id(a.to), a.currency, a.amount, log),
    payroll: (a) => payAll(pool, { from: id(a.from), to: a.to }, log),
    authorise: (a) => {
      const { card, merchant, channel, place, amount } = a;
      return authorise(pool, { cardId: id(card), merchantId: merchant, channel, place, amount }, log);
    },
    settle: (a) => settle(pool, id(a.authorisation), log),
    reverse: (a) => reverse(pool, id(a.authorisation), log),
    refund: (a) => refund(pool, id(a.authorisation), log),
    'order card': (a) => issueCard(pool, a.customer, a.account, 'debit', log),
    'block card': (a) => alone((db) => setCardStatus(db, id(a.card), 'blocked')),
    'unblock card': (a) => alone((db) => setCardStatus(db, id(a.card), 'active')),
    login: async (a) => (await findSession(pool, await logIn(pool, a.name, a.password, LOOPBACK, log)))!.id,
    look: (a) => alone((db) => noteAction(db, id(a.session), `look at ${a.page}`, { page: a.page, number: a.number })),
    logout: (a) => alone((db) => logOut(db, id(a.session))),
    profile: (a) => changeProfile(pool, a.customer, a.email, a.marketing, log),
    move: (a) => moveTogether(pool, a.customers, { street: a.street, city: a.city, ...POSTCODE }, log),
    'post address': (a) => {
      if (a.street === null) return alone((db) => dropAddress(db, a.customer, 'post'));
      const address = { kind: 'post', street: a.street, city: 'Wien', ...POSTCODE } as const;
      return alone((db) => setAddress(db, a.customer, address));
    },
    preference: (a) => alone((db) => setPreference(db, a.customer, a.channel, a.allowed, a.topics)),
    note: (a) => alone((db) => addNote(db, a.customer, null, a.text)),
    document: (a) => alone((db) => addDocument(db, a.customer, 'Schriftstück', a.content)),
    'place order': (a) => {
      const rest = { purpose: 'Miete', every: 'month', nextOn: '2012-07-15' } as const;
      return alone((db) => placeStandingOrder(db, { from: a.from, to: a.to, amount: a.amount, ...rest }));
    },
    'change order': (a) => alone((db) => changeStandingOrder(db, id(a.order), a.amount)),
    'run order': (a) => runStandingOrder(pool, id(a.order), log),
    'cancel order': (a) => alone((db) => cancelStandingOrder(db, id(a.order))),
    enrol: (a) => {
      const home = { street: 'Neu 1', city: 'Köln', ...POSTCODE };
      return enrol(pool, { name: a.name, email: a.email, branch: a.branch, home }, log);
    },
    forget: (a) => alone((db) => forgetProspect(db, id(a.customer))),
    'open account': (a) => {
      const kind = a.savings ? 'savings' : 'current';
      return openAccount(pool, { customerId: id(a.customer), kind, currency: a.currency, deposit: a.deposit }, log);
    },
    'close account': (a) => closeAccount(pool, id(a.account), a.payTo, log),
    statement: (a) => makeStatement(pool, a.account, 'web', log),
    'rename branch': (a) => alone((db) => renameBranch(db, a.branch, a.code)),
    hire: (a) => alone((db) => hire(db, a.name, a.branch, null)),
    leave: (a) => alone((db) => leave(db, id(a.employee))),
  };
  return async (action) => {
    const result = await (doers[action.kind] as (action: Action) => Promise<unknown>)(action);
    if (typeof result === 'bigint') made.set(action.number, result);
  };
}
