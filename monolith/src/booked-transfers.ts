import { type JsonId, showId, showTime } from './answers.ts';
import { type Queryable, select } from './database.ts';
import { readMoney } from './money.ts';
import { Rejection } from './rejection.ts';
import type { TransferOrder } from './requests.ts';

/** A booked transfer; `balances` are those right after it, whenever it is asked for. */
export interface Transfer {
  readonly id: JsonId;
  readonly reference: string;
  readonly from: JsonId;
  readonly to: JsonId;
  readonly amount: string;
  readonly purpose: string | null;
  readonly createdAt: string;
  readonly balances: { readonly from: string; readonly to: string };
}

/** `repeated`: the reference had been used for this very order before, and nothing was booked now. */
export interface TransferResult {
  readonly transfer: Transfer;
  readonly repeated: boolean;
}

/** A row of `transfers` with the balances after it. */
export interface TransferRow {
  readonly id: string;
  readonly reference: string;
  readonly from_account_id: string;
  readonly to_account_id: string;
  readonly amount: string;
  readonly purpose: string | null;
  readonly created_at: string;
  readonly from_balance: string;
  readonly to_balance: string;
}

/** The transfer with this reference, undefined when there is none. */
export async function findByReference(db: Queryable, reference: string): Promise<TransferRow | undefined> {
  const [row] = await select<TransferRow>(
    db,
    `SELECT t.id, t.reference, t.from_account_id, t.to_account_id, t.amount, t.purpose, t.created_at,
            f.balance_after AS from_balance, r.balance_after AS to_balance
       FROM transfers t
       JOIN ledger_lines f ON f.transfer_id = t.id AND f.account_id = t.from_account_id
       JOIN ledger_lines r ON r.transfer_id = t.id AND r.account_id = t.to_account_id
      WHERE t.reference = ?`,
    [reference],
  );
  return row;
}

/** The answer to an order whose reference `first` has. Throws Rejection 409 when `first` was a different order. */
export function repeat(first: TransferRow, order: TransferOrder): TransferResult {
  const same =
    BigInt(first.from_account_id) === order.from &&
    BigInt(first.to_account_id) === order.to &&
    readMoney(first.amount) === order.amount &&
    first.purpose === order.purpose;
  if (!same) {
    const used = `reference ${first.reference} belongs to transfer ${first.id}, a different order`;
    throw new Rejection(409, 'reference_in_use', `${used}; nothing was booked, use a new reference`);
  }
  return {
    transfer: {
      id: showId(first.id),
      reference: first.reference,
      from: showId(first.from_account_id),
      to: showId(first.to_account_id),
      amount: first.amount,
      purpose: first.purpose,
      createdAt: showTime(first.created_at),
      balances: { from: first.from_balance, to: first.to_balance },
    },
    repeated: true,
  };
}
