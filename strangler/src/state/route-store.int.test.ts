import { Session } from '@banyan/kit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Audit } from './change.ts';
import { noCounts } from './evidence.ts';
import { ReplicaRegister } from './replica-register.ts';
import type { RouteState } from './route-state.ts';
import { RouteStore } from './route-store.ts';
import { type TestingDatabase, testingDatabase } from './testing-database.ts';
import { eventually } from './testing-eventually.ts';

const { run } = Session.prototype;
jest.setTimeout(30_000); // for a machine that is busy with other things

const audit: Audit = { who: 'service:ops', reason: 'a first look', forced: false, findings: [], evidence: null };
const shadow = { stage: 'shadow', percent: 12.5 } as const;

let database: TestingDatabase;
let store: RouteStore;
const others: RouteStore[] = [];
beforeEach(async () => {
  database = await testingDatabase();
  store = new RouteStore(database.access, ['accounts', 'search']);
});
afterEach(async () => {
  for (const one of [store, ...others.splice(0)]) await one[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
const another = (routes: readonly string[] = ['accounts', 'search']) => {
  const one = new RouteStore(database.access, routes);
  others.push(one);
  return one;
};
const first = async (from = store): Promise<RouteState> => (await from.states())[0]!;

describe('routes that were never there', () => {
  it('are the monolith’s, whoever of several replicas comes first', async () => {
    const seen = await Promise.all([store, another(), another(), another()].map((one) => one.states()));
    for (const states of seen) {
      expect(states).toMatchObject([
        { route: 'accounts', stage: 'monolith', percent: 100, epoch: 0, sinceEpoch: 0, changedBy: 'facade' },
        { route: 'search', stage: 'monolith', epoch: 0 },
      ]);
      expect(states).toEqual(seen[0]);
    }
    expect(Math.abs(Date.now() - seen[0]![0]!.changedAt.getTime())).toBeLessThan(60_000);
  });

  it('come beside those that are, and those of a newer facade are left alone', async () => {
    await store.change(await first(), shadow, audit);
    expect(await another(['overview', 'accounts']).states()).toMatchObject([
      { route: 'overview', stage: 'monolith' },
      { route: 'accounts', stage: 'shadow' },
    ]);
    expect((await store.states()).map(({ route }) => route)).toEqual(['accounts', 'search']);
  });

  it('are not put into tables of somebody else', async () => {
    await database.session.run('CREATE TABLE banyan_route (id INT)');
    await expect(store.states()).rejects.toMatchObject({ code: 'state-differs', retriable: false });
    await database.session.run('RENAME TABLE banyan_route TO banyan_route_change');
    await expect(store.states()).rejects.toMatchObject({ code: 'state-differs' });
  });
});

describe('tables of version 1', () => {
  it('get what is new, whoever comes first, and keep all that is in them', async () => {
    await store.change(await first(), shadow, audit);
    await database.session.run('DROP TABLE banyan_replica, banyan_route_hold');
    const added = ['phase', 'to_stage', 'hold_until', 'owner_epoch'].map((column) => `DROP COLUMN ${column}`).join();
    await database.session.run(`ALTER TABLE banyan_route ${added}`);
    const tables = ['banyan_route', 'banyan_route_change', 'banyan_route_counts', 'banyan_route_difference'];
    for (const table of tables) await database.session.run(`ALTER TABLE ${table} COMMENT='banyan routes 1'`);
    const seen = await Promise.all([another(), another(), another()].map((one) => one.states()));
    for (const [accounts] of seen)
      expect(accounts).toMatchObject({
        ...shadow,
        epoch: 1,
        phase: 'settled',
        toStage: null,
        holdUntil: null,
        ownerEpoch: 0,
      });
    expect(await another().changes('accounts')).toMatchObject([{ epoch: 1, who: 'service:ops' }]);
    const columns = 'name, stage, percent, epoch, since_epoch, changed_at, changed_by, reason';
    const old = `INSERT INTO banyan_route (${columns}) VALUES ('by-a-facade-of-version-1', 'monolith', 100, 0, 0, NOW(6), '', '')`;
    expect(await database.session.run(old)).toBe(1);
  });
});

describe('a route for writes', () => {
  const holding = { phase: 'holding', toStage: 'service', holdMs: 300 } as const;

  it('is held until a time of the database, and is settled with the epoch of its owner', async () => {
    const from = await first();
    const held = await store.change(from, from, audit, holding);
    expect(held).toMatchObject({ stage: 'monolith', epoch: 1, phase: 'holding', toStage: 'service', ownerEpoch: 0 });
    expect(Math.abs(held.holdUntil!.getTime() - held.changedAt.getTime() - 300)).toBeLessThan(50);
    expect(await store.overdue()).toEqual([]);
    await eventually('it is overdue', async () => (await another().overdue()).includes('accounts'));
    const write = { holdMs: 12, replicas: 2, position: '0-1-7', owned: { waiting: 0 } };
    const to = { stage: 'service', percent: 100 } as const;
    const made = await store.change(held, to, { ...audit, write }, { ownerEpoch: 2 });
    expect(made).toMatchObject({ stage: 'service', phase: 'settled', toStage: null, holdUntil: null, ownerEpoch: 2 });
    expect(await store.overdue()).toEqual([]);
    expect((await store.changes('accounts'))[0]).toMatchObject({ to, write });
    expect((await store.change(made, { stage: 'retired', percent: 100 }, audit)).ownerEpoch).toBe(2);
  });
});

describe('replicas', () => {
  it('are known once they were there, hold by route and epoch, are forgotten by time, and leave', async () => {
    await using one = new ReplicaRegister(database.access, 'one');
    await using other = new ReplicaRegister(database.access, 'other');
    await Promise.all([one.beat(), other.beat()]); // also the first to make the tables
    await one.holds('accounts', 3);
    await one.holds('accounts', 3);
    const seen = await other.replicas('accounts', 3, 10_000);
    expect(seen.map(({ replica, isHolding }) => [replica, isHolding]).toSorted()).toEqual([
      ['one', true],
      ['other', false],
    ]);
    for (const { seenAgoMs } of seen) expect(seenAgoMs).toBeLessThan(10_000);
    expect((await one.replicas('accounts', 4, 10_000)).map(({ isHolding }) => isHolding)).toEqual([false, false]);
    expect((await one.replicas('search', 3, 10_000)).map(({ isHolding }) => isHolding)).toEqual([false, false]);
    await eventually('one is forgotten', async () => {
      await other.beat();
      return (await other.replicas('accounts', 3, 100)).map(({ replica }) => replica).join() === 'other';
    });
    await one.clear('accounts', 4, 100);
    await one.beat();
    expect((await one.replicas('accounts', 3, 10_000)).some(({ isHolding }) => isHolding)).toBe(false);
    await one.leave();
    expect((await other.replicas('accounts', 3, 10_000)).map(({ replica }) => replica)).toEqual(['other']);
  });
});

describe('a change', () => {
  it('is one epoch more, with its audit in the same transaction', async () => {
    const from = await first();
    const evidence = { counts: noCounts, standings: [] };
    const findings = [{ rule: 'fresh', figure: '9', wanted: '1', sentence: 'old' } as const];
    const said = { ...audit, forced: true, findings, evidence, reason: "it's \\ \u{1f333}" };
    const made = await store.change(from, shadow, said);
    expect(made).toMatchObject({ ...shadow, epoch: 1, sinceEpoch: 1, changedBy: 'service:ops', reason: said.reason });
    expect(await first(another())).toEqual(made);
    expect(await store.changes('accounts')).toEqual([
      {
        ...said,
        route: 'accounts',
        epoch: 1,
        at: made.changedAt,
        from: { stage: 'monolith', percent: 100 },
        to: shadow,
      },
    ]);
    expect(await store.changes('search')).toEqual([]);
  });

  it('is made by one of many that make it at once, and the others are told who was first', async () => {
    const from = await first();
    const replicas = Array.from({ length: 6 }, () => another());
    const made = await Promise.allSettled(
      replicas.map((one, n) =>
        one.change(from, { stage: 'shadow', percent: n + 1 }, { ...audit, who: `replica ${n}` }),
      ),
    );
    const won = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won).toHaveLength(1);
    for (const one of made)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({
          code: 'route-changed',
          state: won[0],
          message: expect.stringContaining(won[0]!.changedBy),
        });
    expect((await store.changes('accounts')).map(({ who }) => who)).toEqual([won[0]!.changedBy]);
    await expect(store.change(from, shadow, audit)).rejects.toMatchObject({ code: 'route-changed', state: won[0] });
  });

  it('that cannot be written down is not made', async () => {
    const from = await first();
    await database.session.run('ALTER TABLE banyan_route_change DROP COLUMN forced');
    await expect(store.change(from, shadow, audit)).rejects.toThrow('forced');
    expect(await first()).toEqual(from);
  });

  // The answer to the commit is lost, not the commit.
  it('is known to be made by its mark', async () => {
    const from = await first();
    const losing = jest.spyOn(Object.getPrototypeOf(database.session), 'run').mockImplementation(async function (
      this: unknown,
      ...given: unknown[]
    ) {
      const done = await run.apply(this, given as never);
      if (given[0] === 'COMMIT') throw Object.assign(new Error('read ECONNRESET'), { fatal: true });
      return done;
    } as never);
    try {
      expect(await store.change(from, shadow, audit)).toMatchObject({ ...shadow, epoch: 1 });
    } finally {
      losing.mockRestore();
    }
    expect(await store.changes('accounts')).toHaveLength(1);
  });

  it('of a share keeps its two digits', async () => {
    const one = await store.change(await first(), { stage: 'shadow', percent: 0.01 }, audit);
    expect(one.percent).toBe(0.01);
    expect((await store.change(one, { stage: 'shadow', percent: 99.99 }, audit)).percent).toBe(99.99);
  });
});

it('says when the database does not answer, and goes on when it does', async () => {
  await store.states();
  const gone = new RouteStore({ ...database.access, port: 1 }, ['accounts']);
  await expect(gone.states()).rejects.toMatchObject({ code: 'state-unavailable', retriable: true });
  await expect(gone.change(await first(), shadow, audit)).rejects.toMatchObject({ code: 'state-unavailable' });
  const rows = await database.session.rows<{ id: string }>(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  );
  for (const { id } of rows) await database.session.run(`KILL CONNECTION ${id}`);
  await store.states().catch(() => {});
  expect(await first()).toMatchObject({ stage: 'monolith' });
});
