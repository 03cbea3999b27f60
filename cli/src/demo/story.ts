import { setTimeout as delay } from 'node:timers/promises';
import { transfer, twoAccounts } from '../bank-client.ts';

interface Answer {
  readonly data: { readonly id: string; readonly balance: string };
  readonly position: { readonly gtid: string; readonly ageMs: number };
}

/** One transfer, from the commit in the monolith to the answer of the service `accounts`, with its times. */
export async function followTransfer(bankUrl: string, apiUrl: string, signal: AbortSignal): Promise<string> {
  const [from, to] = await twoAccounts(bankUrl);
  const before = await account(apiUrl, from.id);
  const posted = performance.now();
  await transfer(bankUrl, { from, to, amount: '12.50', purpose: 'the first coffee ☕' });
  const committed = performance.now();
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
  ].join('\n');
}

const ms = (duration: number): string => `${duration.toFixed(1).padStart(7)} ms`;

async function account(apiUrl: string, id: number): Promise<Answer> {
  return (await (await fetch(`${apiUrl}/accounts/${id}`)).json()) as Answer;
}
