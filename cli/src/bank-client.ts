export interface Account {
  readonly id: number;
  readonly currency: string;
  readonly balance: string;
  readonly closedAt?: string | null;
}

export interface Order {
  readonly from: Account;
  readonly to: Account;
  readonly amount: string;
  readonly purpose: string;
}

/** Two open accounts of one currency, the first with money on it. */
export async function twoAccounts(bankUrl: string): Promise<[Account, Account]> {
  const { accounts } = (await (await fetch(`${bankUrl}/accounts?limit=50`)).json()) as { accounts: Account[] };
  const open = accounts.filter((one) => !one.closedAt);
  const from = open.find((one) => Number(one.balance) > 100);
  const to = open.find((one) => one !== from && one.currency === from?.currency);
  if (!from || !to)
    throw new Error('the bank has no two accounts to move money between; start anew with: make clean demo');
  return [from, to];
}

/** Resolves when the bank has committed. */
export async function transfer(bankUrl: string, { from, to, amount, purpose }: Order): Promise<void> {
  const response = await fetch(`${bankUrl}/transfers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: from.id, to: to.id, amount, purpose }),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status !== 201) throw new Error(`the bank refused the transfer: ${await response.text()}`);
}
