import { performance } from 'node:perf_hooks';
import type { Account } from './accounts.ts';
import { type BankAnswer, type BankClient, connectBank } from './bank-client.ts';
import { errorText } from './error-text.ts';
import { createSchedule, createTally, type Outcome, type Pace, type TrafficReport } from './traffic-pace.ts';
import { type PlannedOrder, planOrders } from './traffic-plan.ts';

/** How much traffic, and on which bank. */
export interface TrafficOptions extends Pace {
  /** Where the bank answers, e.g. http://127.0.0.1:8012 */
  readonly url: string;
  /** Kept-alive connections; each has one order under way at most. */
  readonly clients: number;
  /** 0 to 2^32-1: which orders, in which sequence. */
  readonly seed: number;
}

/**
 * Sends transfers to a bank at a steady rate. The same seed on the same accounts sends the same orders in the same
 * sequence; with several clients the bank may book neighbours in another one. When the bank is slower than the rate,
 * orders go out late and the achieved rate shows it.
 * Rejects when the accounts cannot be listed or no two of them can pay each other.
 */
export async function runTraffic(options: TrafficOptions): Promise<TrafficReport> {
  const client = connectBank(options.url, options.clients);
  try {
    const nextOrder = planOrders(options.seed, await allAccounts(client, options.url));
    const tally = createTally();
    const start = performance.now();
    const nextTurn = createSchedule(options, start);
    const clients = Array.from({ length: options.clients }, async () => {
      while (await nextTurn()) tally.add(await send(client, nextOrder()));
    });
    await Promise.all(clients);
    return tally.report(performance.now() - start);
  } finally {
    client.close();
  }
}

async function allAccounts(client: BankClient, url: string): Promise<Account[]> {
  const accounts: Account[] = [];
  let after: Account['id'] | null = 0;
  while (after !== null) {
    const answer = await client.get(`/accounts?limit=1000&after=${after}`).catch((error: unknown) => {
      const what = `no bank answers at ${url}: ${errorText(error)}`;
      throw new Error(`${what}; start one there (node src/main.ts serve), or name another address`, { cause: error });
    });
    if (answer.status !== 200) {
      throw new Error(`the bank at ${url} did not list its accounts: ${refusalOf(answer).message}; see its log`);
    }
    const page = answer.body as { accounts: Account[]; next: Account['id'] | null };
    accounts.push(...page.accounts);
    after = page.next;
  }
  return accounts;
}

async function send(client: BankClient, order: PlannedOrder): Promise<Outcome> {
  try {
    const answer = await client.post('/transfers', order);
    if (answer.status === 201) return { kind: 'accepted' };
    const { code, message } = refusalOf(answer);
    if (answer.status >= 400 && answer.status < 500) return { kind: 'refused', code };
    return { kind: 'failed', reason: `${answer.status} ${code}: ${message}` };
  } catch (error) {
    return { kind: 'failed', reason: errorText(error) };
  }
}

function refusalOf(answer: BankAnswer): { code: string; message: string } {
  const { error } = answer.body as { error?: { code?: string; message?: string } };
  return { code: error?.code ?? 'unknown', message: error?.message ?? 'no message' };
}
