/** Something the bank has, by its id, or something that an earlier action of this day makes, by that action's number. */
export type Ref = bigint | { readonly made: number };

/** One thing that someone does; amounts in ten-thousandths. */
export type Action = { readonly number: number } & (
  | { readonly kind: 'transfer' | 'cancelled transfer'; readonly from: Ref; readonly to: Ref; readonly amount: bigint }
  | { readonly kind: 'pay in'; readonly to: Ref; readonly currency: string; readonly amount: bigint }
  | {
      readonly kind: 'payroll';
      readonly from: Ref;
      readonly to: readonly { readonly account: bigint; readonly amount: bigint }[];
    }
  | {
      readonly kind: 'authorise';
      readonly card: Ref;
      readonly merchant: bigint;
      readonly channel: Channel;
      readonly place: string;
      readonly amount: bigint;
    }
  | { readonly kind: 'settle' | 'reverse' | 'refund'; readonly authorisation: Ref }
  | { readonly kind: 'order card'; readonly customer: bigint; readonly account: bigint }
  | { readonly kind: 'block card' | 'unblock card'; readonly card: Ref }
  | { readonly kind: 'login'; readonly name: string; readonly password: string }
  | { readonly kind: 'look'; readonly session: Ref; readonly page: string }
  | { readonly kind: 'logout'; readonly session: Ref }
  | { readonly kind: 'profile'; readonly customer: bigint; readonly email: string; readonly marketing: boolean }
  | { readonly kind: 'move'; readonly customers: readonly bigint[]; readonly street: string; readonly city: string }
  | { readonly kind: 'post address'; readonly customer: bigint; readonly street: string | null }
  | {
      readonly kind: 'preference';
      readonly customer: bigint;
      readonly channel: string;
      readonly allowed: boolean;
      readonly topics: string;
    }
  | { readonly kind: 'note'; readonly customer: bigint; readonly text: string }
  | { readonly kind: 'document'; readonly customer: bigint; readonly content: Buffer }
  | { readonly kind: 'place order'; readonly from: bigint; readonly to: bigint; readonly amount: bigint }
  | { readonly kind: 'change order'; readonly order: Ref; readonly amount: bigint }
  | { readonly kind: 'run order' | 'cancel order'; readonly order: Ref }
  | { readonly kind: 'enrol'; readonly name: string; readonly email: string; readonly branch: string }
  | { readonly kind: 'forget'; readonly customer: Ref }
  | {
      readonly kind: 'open account';
      readonly customer: Ref;
      readonly currency: string;
      readonly savings: boolean;
      readonly deposit: bigint;
    }
  | { readonly kind: 'close account'; readonly account: Ref; readonly payTo: bigint }
  | { readonly kind: 'statement'; readonly account: bigint }
  | { readonly kind: 'rename branch'; readonly branch: string; readonly code: string }
  | { readonly kind: 'hire'; readonly name: string; readonly branch: string }
  | { readonly kind: 'leave'; readonly employee: Ref }
);
type Channel = 'chip' | 'contactless' | 'online' | 'atm';
/** What it is. */
export type Kind = Action['kind'];
/** The part of an action beside its number. */
export type Deed = Action extends infer One ? (One extends Action ? Omit<One, 'number'> : never) : never;

/** How often each is done, of about a hundred. */
export const SHARES: readonly (readonly [Kind, number])[] = [
  ['transfer', 24],
  ['cancelled transfer', 1.5],
  ['pay in', 4],
  ['payroll', 2],
  ['authorise', 19],
  ['settle', 13],
  ['reverse', 2],
  ['refund', 1.5],
  ['order card', 0.7],
  ['block card', 0.3],
  ['unblock card', 0.3],
  ['login', 4],
  ['look', 11],
  ['logout', 2],
  ['profile', 2],
  ['move', 2.5],
  ['post address', 1],
  ['preference', 1.5],
  ['note', 0.7],
  ['document', 0.4],
  ['place order', 0.7],
  ['change order', 0.7],
  ['run order', 1.5],
  ['cancel order', 0.3],
  ['enrol', 1],
  ['forget', 0.5],
  ['open account', 0.8],
  ['close account', 0.4],
  ['statement', 1.2],
  ['rename branch', 0.2],
  ['hire', 0.2],
  ['leave', 0.15],
];
