import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BankTests, bankTests, slowBankTests } from './bank-tests.ts';
import { eventually } from './eventually.ts';
import { Migration } from './migration.ts';
import { Random } from './random.ts';
import { accountsWithMoney, RouteReaders } from './route-readers.ts';
import { staleReads } from './write-then-read.ts';

const seed = Number(process.env.BANYAN_SEED ?? 1) >>> 0;
const steps = ['monolith', 'shadow', 'canary', 'service'] as const;

describe(`a route that moves, for long and in trouble, SEED=${seed}`, () => {
  let migration: Migration;
  let ids: string[];
  beforeAll(async () => {
    console.info(`SEED=${seed}`);
    migration = await Migration.open('strangler_long', 2);
    ids = await accountsWithMoney(migration);
  }, 180_000);
  afterAll(() => migration?.close(), 60_000);

  it('10,000 reads after writes: none is stale', async () => {
    for (const name of ['account', 'accounts', 'ledger']) await migration.moveTo(name, 'service');
    const { stale, served } = await staleReads({ pairs: 10_000, clients: 32, migration, ids, keepsToken: true });
    expect(stale).toEqual([]);
    console.info(`10,000 pairs, none stale, ${served} answered by the service`);
    expect(served).toBeGreaterThan(1000);
  }, 1_200_000);

  it('ten minutes of mixed traffic through all stages and back: no client sees a thing', async () => {
    const readers = new RouteReaders(migration, ids, { readers: 12, everyMs: 40 });
    const traffic = migration.bank.traffic(20);
    await migration.prove();
    for (const until = Date.now() + 600_000; Date.now() < until; ) {
      for (const stage of steps.slice(1)) {
        const from = readers.reads;
        await migration.move('account', stage, { percent: 100, force: true });
        await eventually('clients go on', () => readers.reads > from + 1000, 120_000);
      }
      await migration.move('account', 'monolith');
    }
    await traffic.stop();
    await readers.stop();
    expect(readers.wrong).toEqual([]);
    console.info(`${readers.reads} reads in ten minutes, all as they should be`);
    expect(readers.reads).toBeGreaterThan(20_000);
  }, 900_000);

  it('killed at 40 moments of a switch, facade or service: one state on all replicas, and whole answers', async () => {
    const random = new Random(seed);
    for (let point = 0; point < 40; point++) {
      await migration.move('ledger', 'monolith').catch(() => {});
      const to = random.pick(['shadow', 'canary', 'service'] as const);
      const moving = stepsTo(to).catch(() => {});
      await delay(random.upTo(400));
      const victim = random.pick(['moving facade', 'other facade', 'service'] as const);
      if (victim === 'service') await migration.api.kill();
      else await migration.facades[victim === 'moving facade' ? 0 : 1]!.kill();
      if (victim === 'service') await migration.restartApi();
      else await migration.startFacade(victim === 'moving facade' ? 0 : 1);
      await moving;
      const stateAt = async (index: number) => {
        const { body } = await migration.admin('/routes', undefined, index);
        const { state } = body.routes.find(({ name }: { readonly name: string }) => name === 'ledger');
        return JSON.stringify([state.stage, state.percent, state.epoch]);
      };
      await eventually('both say the same', async () => (await stateAt(0)) === (await stateAt(1)));
      const readers = new RouteReaders(migration, ids, { readers: 2, everyMs: 1 });
      await eventually('clients go on', () => readers.reads > 20);
      await readers.stop();
      expect(readers.wrong).toEqual([]);
      console.info(`${point + 1}: ${to}, ${victim} killed`);
    }
  }, 1_200_000);

  /** By the first facade, which waits for nobody: the other one may be gone. */
  async function stepsTo(last: (typeof steps)[number]): Promise<void> {
    for (const to of steps.slice(1, steps.indexOf(last) + 1)) {
      await migration.admin('/routes/ledger', { to, percent: 100, force: true, reason: 'the test goes on' });
    }
  }

  // The last one: it empties the bank, and its routes do not come back.
  it('passes the bank’s own tests, those of locks too, in every state of every route', async () => {
    await (await BankTests.of(migration)).passInEveryState([...bankTests, ...slowBankTests]);
  }, 300_000);
});
