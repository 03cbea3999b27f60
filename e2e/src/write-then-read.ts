import { setTimeout as delay } from 'node:timers/promises';
import type { Migration } from './migration.ts';
import { Random } from './random.ts';

export interface PairsOptions {
  readonly pairs: number;
  readonly clients: number;
  readonly migration: Migration;
  /** Accounts, of which each client has two of its own. */
  readonly ids: readonly string[];
  /** Whether clients send back what a write gave them. */
  readonly keepsToken: boolean;
}

/**
 * Clients that pay a cent through one facade and look at the account through the other, while the projector is held up for up to 3 s at a
 * time. Resolves to the balances that lacked a cent which their client had paid, and how many of the reads services answered.
 */
export async function staleReads({ pairs, clients, migration, ids, keepsToken }: PairsOptions) {
  const stale: string[] = [];
  let [left, served, isOver] = [pairs, 0, false];
  const holdUp = async () => {
    const random = new Random(pairs);
    while (!isOver) {
      migration.projector.signal('SIGSTOP');
      await delay(random.upTo(3000));
      migration.projector.signal('SIGCONT');
      await delay(random.upTo(1500));
    }
  };
  const pay = async (client: number) => {
    const [from, to] = [ids[client * 2]!, ids[client * 2 + 1]!];
    const balanceOf = async (account: string, side: number, headers: Record<string, string>) => {
      const answer = await fetch(`${await migration.url(side)}/accounts/${account}`, { headers });
      if (answer.headers.has('banyan-route')) served++;
      return BigInt(((await answer.json()) as { balance: string }).balance.replace('.', ''));
    };
    let expected = await directBalance(migration, to);
    for (let pair = left--; pair > 0; pair = left--) {
      const paid = await fetch(`${await migration.url(pair % 2)}/transfers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from: Number(from), to: Number(to), amount: '0.01' }),
      });
      if (paid.status !== 201) throw new Error(`the transfer was answered ${paid.status}: ${await paid.text()}`);
      await paid.arrayBuffer();
      expected += 100n;
      const token = paid.headers.get('banyan-read-after');
      if (token === null) throw new Error('the write gave no token');
      const seen = await balanceOf(to, (pair + 1) % 2, keepsToken ? { 'banyan-read-after': token } : {});
      if (seen !== expected) stale.push(`account ${to}: ${seen} for ${expected}`);
    }
  };
  const held = holdUp();
  try {
    await Promise.all(Array.from({ length: clients }, (_, client) => pay(client)));
  } finally {
    isOver = true;
    await held;
  }
  return { stale, served };
}

async function directBalance({ bank }: Migration, account: string): Promise<bigint> {
  const answer = await fetch(`${bank.url}/accounts/${account}`);
  return BigInt(((await answer.json()) as { balance: string }).balance.replace('.', ''));
}
