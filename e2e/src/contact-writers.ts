import { setTimeout as delay } from 'node:timers/promises';
import type { ContactMigration } from './contact-migration.ts';
import { rows } from './database.ts';

/** What a write was answered: its status, or that its connection was lost. */
export interface Wrote {
  readonly customer: number;
  readonly city: string;
  readonly status: number | 'lost';
  readonly by: 'service' | 'bank';
}

/** Of all writers of a run: no two writes are alike. */
let count = 0;

interface WritersOptions {
  readonly writers?: number;
  /** Between two writes of one of them. */
  readonly everyMs?: number;
}

/** Clients that change contacts, each those of its own customers one after the other, by whichever facade; every write has a city of its own. */
export class ContactWriters {
  readonly wrote: Wrote[] = [];
  readonly #migration: ContactMigration;
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(migration: ContactMigration, { writers = 8, everyMs = 40 }: WritersOptions = {}) {
    this.#migration = migration;
    this.#running = Promise.all(Array.from({ length: writers }, (_, index) => this.#run(index, writers, everyMs)));
  }

  async stop(): Promise<readonly Wrote[]> {
    this.#isOver = true;
    await this.#running;
    return this.wrote;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(index: number, writers: number, everyMs: number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const customer = 1 + index + writers * (turn % 5);
      this.wrote.push(await this.#write(customer, `w${++count}`, (index + turn) % this.#migration.facades.length));
      await delay(everyMs);
    }
  }

  async #write(customer: number, city: string, facade: number): Promise<Wrote> {
    try {
      const answer = await fetch(`${await this.#migration.url(facade)}/customers/${customer}/contact`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `c${customer}@example.org`, city }),
        signal: AbortSignal.timeout(20_000),
      });
      await answer.text();
      return { customer, city, status: answer.status, by: answer.headers.has('banyan-route') ? 'service' : 'bank' };
    } catch {
      return { customer, city, status: 'lost', by: 'bank' };
    }
  }
}

/** Cities that the bank's table has had, as often as it had them: its trigger keeps each old one. */
export async function citiesOfBank({ bridge }: ContactMigration): Promise<Map<string, number>> {
  const found = await rows<{ city: string }>(
    bridge.source,
    "SELECT city FROM customers WHERE city LIKE 'w%' UNION ALL SELECT old_city FROM customer_changes WHERE old_city LIKE 'w%'",
  );
  const counts = new Map<string, number>();
  for (const { city } of found) counts.set(city, (counts.get(city) ?? 0) + 1);
  return counts;
}

/** What is wrong with the writes when all is carried: lost ones, doubled ones, those that were refused and done all the same. */
export async function unaccounted(migration: ContactMigration, wrote: readonly Wrote[]): Promise<string[]> {
  const cities = await citiesOfBank(migration);
  const own = await rows<{ becomes: string; epoch: string; state: string }>(
    migration.bridge.read,
    'SELECT becomes, epoch, state FROM banyan_writes',
  );
  const logged = new Map<string, number>();
  for (const { becomes } of own) {
    const [, city] = JSON.parse(becomes) as [string, string];
    logged.set(city, (logged.get(city) ?? 0) + 1);
  }
  const wrong: string[] = [];
  for (const { city, status, by } of wrote) {
    const [there, here] = [cities.get(city) ?? 0, logged.get(city) ?? 0];
    const say = (what: string) =>
      wrong.push(`${city} (${status} by ${by}, ${there} times there, ${here} here): ${what}`);
    if (there > 1 || here > 1) say('doubled');
    if (status === 200 && there === 0) say('lost');
    if (status === 200 && by === 'service' && here === 0) say('answered by the service, and not in its log');
    if (status === 200 && by === 'bank' && here > 0) say('answered by the bank, and in the log of the service');
    if (here > there) say('in the log, and not in the bank');
  }
  return wrong;
}
