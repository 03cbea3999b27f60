import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContactMigration } from './contact-migration.ts';
import { ContactWriters, unaccounted, type Wrote } from './contact-writers.ts';
import { one } from './database.ts';
import { eventually } from './eventually.ts';
import { Random } from './random.ts';

const seed = Number(process.env.BANYAN_SEED ?? 1) >>> 0;
const points = 40;

describe(`a write route that is switched again and again, SEED=${seed}`, () => {
  let migration: ContactMigration;
  beforeAll(async () => {
    console.info(`SEED=${seed}`);
    migration = await ContactMigration.open('contacts_long');
  }, 180_000);
  afterAll(() => migration?.close(), 60_000);

  const settled = () =>
    eventually('all has come back', async () => {
      const standing = await migration.owned();
      const { waiting, conflicts, rogue, different } = standing;
      const sql = "SELECT COUNT(*) AS n FROM banyan_writes WHERE state = 'carried' AND echo IS NULL";
      const { n } = await one<{ n: string }>(migration.bridge.read, sql);
      if (waiting + conflicts + rogue + different + Number(n) === 0) return true;
      throw new Error(`${n} have not come back; ${JSON.stringify(standing)}`);
    });

  it('under 200 writes a second, there and back ten times: none is lost, doubled or refused', async () => {
    await using writers = new ContactWriters(migration, { writers: 32, everyMs: 150 });
    for (let turn = 0; turn < 10; turn++) {
      await migration.move(turn % 2 === 0 ? 'service' : 'monolith');
      await delay(2000);
    }
    const wrote = await writers.stop();
    await settled();
    expect(await unaccounted(migration, wrote)).toEqual([]);
    const { body } = await migration.admin('/routes/contact/changes');
    const holds = body.changes
      .slice(0, 20)
      .flatMap(({ write }: { write: { holdMs: number | null } | null }) => write?.holdMs ?? []);
    console.info(`${wrote.length} writes; holds in ms: ${holds.join(', ')}`);
    expect(wrote.filter(({ status }) => status !== 200)).toEqual([]);
  }, 300_000);

  it(`killed at ${points} moments of a switch: one owner, and every write that was answered is where it belongs`, async () => {
    const random = new Random(seed);
    const all: Wrote[] = [];
    for (let point = 0; point < points; point++) {
      await using writers = new ContactWriters(migration, { writers: 4, everyMs: 10 });
      await eventually('clients write', () => writers.wrote.length > 8);
      const { state } = await migration.route(1);
      const to = state.stage === 'service' ? 'monolith' : 'service';
      const moving = migration.admin('/routes/contact', { to, reason: 'the test goes on' }).catch(() => null);
      await delay(random.upTo(500));
      const victim = random.pick(['switching facade', 'other facade', 'service', 'projector'] as const);
      if (victim === 'service') await migration.startApi();
      else if (victim === 'projector') await migration.startProjector();
      else await migration.startFacade(victim === 'switching facade' ? 0 : 1);
      await moving;
      await migration.move(to, 60_000);
      const before = writers.wrote.length;
      await eventually(
        'clients go on',
        () => writers.wrote.slice(before).filter(({ status }) => status === 200).length > 8,
      );
      all.push(...(await writers.stop()));
      await settled();
      expect([point, victim, to, await unaccounted(migration, all)]).toEqual([point, victim, to, []]);
    }
    const statuses = Object.entries(Object.groupBy(all, ({ status }) => String(status)));
    console.info(statuses.map(([status, some]) => `${status}: ${some!.length}`).join(', '));
    expect(statuses.map(([status]) => status).filter((one) => !['200', '502', '503', 'lost'].includes(one))).toEqual(
      [],
    );
    await migration.bridge.caughtUp();
    await migration.prove();
  }, 1_500_000);
});
