import { setTimeout as delay } from 'node:timers/promises';
import type { Migration } from './migration.ts';

/** Clients that know nothing of routes: every answer has to be a whole one of the bank's. */
export class RouteReaders {
  reads = 0;
  /** What no client should ever get. */
  readonly wrong: string[] = [];
  readonly #stop = new AbortController();
  readonly #migration: Migration;
  readonly #ids: readonly string[];
  readonly #reading: Promise<void>[];
  readonly #everyMs: number;

  /** `everyMs`: how long each of them pauses after an answer. */
  constructor(migration: Migration, ids: readonly string[], { readers = 4, everyMs = 10 } = {}) {
    this.#migration = migration;
    this.#ids = ids;
    this.#everyMs = everyMs;
    this.#reading = Array.from({ length: readers }, (_, reader) => this.#readOn(reader));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#reading);
  }

  async #readOn(reader: number): Promise<void> {
    for (let at = reader; !this.#stop.signal.aborted; at += 7) {
      const { path, isRight } = readOf(at, this.#ids[at % this.#ids.length]!);
      const found = await this.#read(path, isRight, at).catch((error: unknown) => String(error));
      if (found !== null) this.wrong.push(`${path}: ${found}`);
      this.reads++;
      await delay(this.#everyMs);
    }
  }

  /** Null when it is as it should be. */
  async #read(path: string, isRight: Read['isRight'], at: number): Promise<string | null> {
    const { facades } = this.#migration;
    const url = await facades[at % facades.length]!.url();
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5000) });
    const text = await answer.text();
    return answer.status === 200 && isRight(text) ? null : `${answer.status} ${text}`;
  }
}

interface Read {
  readonly path: string;
  readonly isRight: (text: string) => boolean;
}

/** Half of all are of accounts. */
function readOf(at: number, account: string): Read {
  const customer = (at % 100) + 1;
  const letter = 'abcdefgh'[at % 8]!;
  const reads: readonly Read[] = [
    { path: `/accounts/${account}/ledger?limit=5`, isRight: (text) => String(JSON.parse(text).account) === account },
    { path: `/customers?name=${letter}&limit=5`, isRight: (text) => beginAllWith(letter, JSON.parse(text).customers) },
    {
      path: `/customers/${customer}/overview`,
      isRight: (text) => text.includes(`<h1>Customer ${customer}</h1>`) && text.endsWith('</table></body></html>\n'),
    },
  ];
  return reads[at % 6] ?? { path: `/accounts/${account}`, isRight: (text) => String(JSON.parse(text).id) === account };
}

const beginAllWith = (letter: string, found: readonly { readonly name: string }[]): boolean =>
  found.length > 0 && found.every(({ name }) => name.normalize('NFD').toLowerCase().startsWith(letter));

/** Accounts of customers that have money and a currency in common. */
export async function accountsWithMoney(migration: Migration): Promise<string[]> {
  const sql =
    "SELECT id FROM accounts WHERE id > 0 AND currency = 'EUR' AND closed_at IS NULL AND balance > 1000 ORDER BY id";
  const [rows] = await migration.bridge.source.query(sql);
  return (rows as { readonly id: unknown }[]).map(({ id }) => String(id));
}
