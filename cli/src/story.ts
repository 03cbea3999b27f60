import { setTimeout as delay } from 'node:timers/promises';
import type { BankParts } from './bank-parts.ts';

interface Answer {
  readonly data: { readonly id: string; readonly balance: string };
  readonly position: { readonly gtid: string; readonly ageMs: number };
}

interface Account {
  readonly id: number;
  readonly currency: string;
  readonly balance: string;
  readonly closedAt?: string | null;
}

/** One transfer, from the commit in the monolith to the answer of the service, with its times. */
export async function followTransfer({ bankUrl, apiUrl }: BankParts, signal: AbortSignal): Promise<string> {
  const [from, to] = await twoAccounts(bankUrl);
  const before = await account(apiUrl, from.id);
  const posted = performance.now();
  const response = await fetch(`${bankUrl}/transfers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: from.id, to: to.id, amount: '12.50', purpose: 'the first coffee ☕' }),
  });
  const committed = performance.now();
  if (response.status !== 201) throw new Error(`the bank refused the transfer: ${await response.text()}`);
  let after = before;
  for (
    const until = Date.now() + 30_000;
    after.data.balance === before.data.balance;
    await delay(1, undefined, { signal })
  ) {
    if (Date.now() > until) throw new Error('the transfer did not arrive within 30 s; see the projector’s log');
    after = await account(apiUrl, from.id);
  }
  const arrived = performance.now();
  return [
    `  POST ${bankUrl}/transfers   12.50 ${from.currency} from account ${from.id} to ${to.id}`,
    `  ${ms(committed - posted)}  the bank has committed: one transaction over three tables`,
    `  ${ms(arrived - committed)}  later the service answers with it, at position ${after.position.gtid}`,
    `            account ${from.id}: ${before.data.balance} → ${after.data.balance} ${from.currency}`,
    '',
    'Try',
    `  curl ${apiUrl}/accounts/${from.id}`,
    `  curl '${apiUrl}/accounts?after=${from.id}&limit=3'`,
    `  curl ${bankUrl}/transfers -H 'content-type: application/json' -d '{"from":${to.id},"to":${from.id},"amount":"1.00"}'`,
  ].join('\n');
}

const ms = (duration: number): string => `${duration.toFixed(1).padStart(7)} ms`;

async function account(apiUrl: string, id: number): Promise<Answer> {
  return (await (await fetch(`${apiUrl}/accounts/${id}`)).json()) as Answer;
}

/** Two open accounts of one currency, the first with money on it. */
async function twoAccounts(bankUrl: string): Promise<[Account, Account]> {
  const { accounts } = (await (await fetch(`${bankUrl}/accounts?limit=50`)).json()) as { accounts: Account[] };
  const open = accounts.filter((one) => !one.closedAt);
  const from = open.find((one) => Number(one.balance) > 100);
  const to = open.find((one) => one !== from && one.currency === from?.currency);
  if (!from || !to)
    throw new Error('the bank has no two accounts to move money between; start anew with: make clean demo');
  return [from, to];
}
