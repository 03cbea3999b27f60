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
      const id = this.#ids[at % this.#ids.length]!;
      const path = at % 3 === 0 ? `/accounts/${id}/ledger?limit=5` : `/accounts/${id}`;
      const found = await this.#read(path, id, at).catch((error: unknown) => String(error));
      if (found !== null) this.wrong.push(`${path}: ${found}`);
      this.reads++;
      await delay(this.#everyMs);
    }
  }

  /** Null when it is as it should be. */
  async #read(path: string, id: string, at: number): Promise<string | null> {
    const { facades } = this.#migration;
    const url = await facades[at % facades.length]!.url();
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5000) });
    const body = (await answer.json()) as { readonly id?: number; readonly account?: number };
    const isRight = answer.status === 200 && String(body.id ?? body.account) === id;
    return isRight ? null : `${answer.status} ${JSON.stringify(body)}`;
  }
}

/** Accounts of customers that have money and a currency in common. */
export async function accountsWithMoney(migration: Migration): Promise<string[]> {
  const sql =
    "SELECT id FROM accounts WHERE id > 0 AND currency = 'EUR' AND closed_at IS NULL AND balance > 1000 ORDER BY id";
  const [rows] = await migration.bridge.source.query(sql);
  return (rows as { readonly id: unknown }[]).map(({ id }) => String(id));
}
