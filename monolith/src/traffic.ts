import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import { type BankAnswer, type BankClient, connectBank } from './bank-client.ts';
import { errorText } from './error-text.ts';
import { type PlannedOrder, planOrders } from './traffic-plan.ts';

/** How much traffic, and on which bank. */
export interface TrafficOptions {
  /** Where the bank answers, e.g. http://127.0.0.1:8012 */
  readonly url: string;
  /** Orders per second to aim at. */
  readonly rate: number;
  /** Kept-alive connections; each has one order under way at most. */
  readonly clients: number;
  /** How long to go on. */
  readonly forMs: number;
  /** Stop after so many orders, even when there is time left. */
  readonly orders?: number;
  /** 0 to 2^32-1: which orders, in which sequence. */
  readonly seed: number;
  /** Stops the run: no further order is sent, those under way are waited for, and the report is given as usual. */
  readonly signal?: AbortSignal;
}

/** What came of it: accepted + refused + failed = sent. */
export interface TrafficReport {
  readonly sent: number;
  /** Booked (201). */
  readonly accepted: number;
  /** Not booked, and the bank said why (4xx). */
  readonly refused: number;
  /** No answer or a fault of the bank: such an order may or may not be booked. */
  readonly failed: number;
  /** How often each error code was given as the reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What the first failure said. */
  readonly firstFailure: string | undefined;
  readonly elapsedMs: number;
  /** Answered orders (accepted + refused) per second. */
  readonly achievedRate: number;
}

type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed'; readonly reason: string };

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

/** Resolves true when the next order is due, false when there is none to come. */
function createSchedule(options: TrafficOptions, start: number): () => Promise<boolean> {
  const limit = options.orders ?? Number.POSITIVE_INFINITY;
  let taken = 0;
  return async () => {
    const dueMs = (taken * 1_000) / options.rate;
    if (taken >= limit || dueMs >= options.forMs) return false;
    taken += 1;
    const waitMs = start + dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
    return options.signal?.aborted !== true && performance.now() - start < options.forMs;
  };
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

function createTally() {
  const counts = { accepted: 0, refused: 0, failed: 0 };
  const refusals: Record<string, number> = {};
  let firstFailure: string | undefined;
  return {
    add(outcome: Outcome): void {
      counts[outcome.kind] += 1;
      if (outcome.kind === 'refused') refusals[outcome.code] = (refusals[outcome.code] ?? 0) + 1;
      if (outcome.kind === 'failed') firstFailure ??= outcome.reason;
    },
    report(elapsedMs: number): TrafficReport {
      const answered = counts.accepted + counts.refused;
      const achievedRate = elapsedMs > 0 ? (answered * 1_000) / elapsedMs : 0;
      return { sent: answered + counts.failed, ...counts, refusals, firstFailure, elapsedMs, achievedRate };
    },
  };
}
