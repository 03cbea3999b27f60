import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { planText, shownPlan } from './render.ts';
import { Bench } from './testing-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.fake.stop());

const applied = async () => {
  await bench.apply();
  bench.changes();
};
/** As somebody has changed it by hand. */
const byHand = async (change: Record<string, string>) => {
  const { connect } = bench.deployment();
  await connect.putConnector('bank', { ...(await connect.config('bank')), ...change });
  bench.changes();
};

describe('the plan of a connector', () => {
  it('is all of it where there is nothing', async () => {
    const plan = await bench.plan();
    expect(plan).toMatchObject({ name: 'bank', connector: 'new', kept: [], notCaptured: [] });
    expect(plan.topics.map(({ topic }) => topic)).toEqual([
      'bank.transaction',
      'bank.corrections',
      '__debezium-heartbeat.bank',
      'bank.histories',
      'bank.notifications',
      'bank.bank.accounts',
      'bank.bank.cards',
    ]);
    expect(plan.changes).toContainEqual({
      setting: 'column.exclude.list',
      from: null,
      to: String.raw`bank\.cards\.pan`,
      danger: null,
    });
    const text = planText(plan, []);
    expect(text).toMatch(/^connector bank is new\n {2}\+ {2}bigint\.unsigned\.handling\.mode +precise\n/);
    expect(text).toContain('  + bank.bank.accounts');
    expect(bench.changes()).toEqual([]);
  });

  it('is nothing where all of it is there', async () => {
    await applied();
    const plan = await bench.plan();
    expect(plan).toMatchObject({ connector: 'same', changes: [], topics: [] });
    expect(planText(plan, [])).toMatch(/^connector bank is as it should be\ntopics: all there\nplan [0-9a-f]{12}$/);
  });

  it('shows what differs, from what to what', async () => {
    await applied();
    await byHand({ 'poll.interval.ms': '500', 'snapshot.max.threads': '4' });
    const plan = await bench.plan();
    expect(plan).toMatchObject({ connector: 'changed' });
    expect(plan.changes).toEqual([
      { setting: 'poll.interval.ms', from: '500', to: '5', danger: null },
      { setting: 'snapshot.max.threads', from: '4', to: null, danger: null },
    ]);
    expect(planText(plan, [])).toMatch(/^connector bank has 2 settings that differ\n/);
    expect(planText(plan, [])).toContain(
      '  ~  poll.interval.ms      500 -> 5\n  -  snapshot.max.threads  4 -> (not set)',
    );
  });

  it('masks a password that somebody has put in plain text', async () => {
    await applied();
    await byHand({ 'database.password': 'hunter2' });
    const plan = await bench.plan();
    const reference = `\${directory:/run/secrets:password}`;
    expect(plan.changes).toEqual([{ setting: 'database.password', from: '***', to: reference, danger: null }]);
    expect(`${planText(plan, [])}${JSON.stringify(shownPlan(plan))}`).not.toContain('hunter2');
  });

  it('keeps a table that no service names any more', async () => {
    await applied();
    const less = bench.with({
      readers: [{ name: 'accounts', tables: ['bank.accounts'] }],
      withheld: ['bank.cards.pan'],
    });
    const plan = await less.plan();
    expect(plan).toMatchObject({ connector: 'same', kept: ['bank.cards'] });
    expect(planText(plan, [])).toContain('bank.cards stays captured, though no service names it any more');
  });

  it('keeps the databases of such tables, too', async () => {
    const both = bench.with({ readers: [{ name: 'a', tables: ['bank.accounts', 'shop.orders'] }] });
    await both.apply();
    expect(await bench.with({ readers: [{ name: 'a', tables: ['bank.accounts'] }] }).plan()).toMatchObject({
      connector: 'same',
      kept: ['shop.orders'],
    });
  });

  it('captures a table that is added, with its history, and says for whom and how much it is', async () => {
    await applied();
    const readers = [
      { name: 'accounts', tables: ['bank.accounts', 'bank.cards'] },
      { name: 'loans', tables: ['bank.accounts', 'bank.loans'] },
    ];
    const plan = await bench.with({ readers }).plan();
    const loans = { table: 'bank.loans', services: ['loans'], state: 'new', rows: 1200 };
    expect(plan).toMatchObject({ connector: 'changed', added: [loans], notCaptured: [], lost: [] });
    expect(plan.changes).toEqual([
      {
        setting: 'table.include.list',
        from: String.raw`bank\.accounts,bank\.cards`,
        to: String.raw`bank\.accounts,bank\.cards,bank\.loans`,
        danger: null,
      },
    ]);
    expect(planText(plan, [])).toContain(
      '\n  + capture bank.loans (loans): its history by incremental snapshot, about 1,200 rows, the rest streams on\n',
    );
  });

  it('names the service that reads a table whose topic has rows of an earlier capture', async () => {
    await applied();
    const [topic] = ['bank.bank.loans'];
    bench.kafka.made.push({ topic: topic!, partitions: 1, replicationFactor: 1, config: {} });
    bench.kafka.published.set(topic!, [Buffer.from('a row')]);
    const plan = await bench.with({ readers: [{ name: 'loans', tables: ['bank.loans'] }] }).plan();
    expect(plan.notCaptured).toEqual([{ service: 'loans', tables: ['bank.loans'] }]);
    expect(plan).toMatchObject({ connector: 'same', added: [] });
  });

  it('has a hash that is the same for the same plan, and another for another', async () => {
    const hash = async (one: Bench) => shownPlan(await one.plan()).hash;
    const first = await hash(bench);
    expect(await hash(bench)).toBe(first);
    expect(await hash(bench.with({ withheld: [] }))).not.toBe(first);
    await applied();
    const none = await hash(bench);
    expect(await hash(bench.with({ readers: [{ name: 'loans', tables: ['bank.loans'] }] }))).not.toBe(none);
  });

  it.each([
    ['column.exclude.list', String.raw`bank\.cards\.pan,bank\.cards\.pin`, 'bank.cards.pin leaves the database'],
    ['database.hostname', 'old-db', 'the position in Kafka is one in the binlog of the server so far'],
    ['database.port', '3307', 'the position in Kafka'],
    ['snapshot.mode', 'recovery', 'in the middle of a recovery'],
    ['schema.history.internal.kafka.topic', 'other', 'does not know the tables'],
  ])('marks a change of %s as dangerous', async (setting, value, why) => {
    await applied();
    await byHand({ [setting]: value });
    const plan = await bench.plan();
    expect(plan.changes).toEqual([expect.objectContaining({ setting, danger: expect.stringContaining(why) })]);
    expect(planText(plan, [])).toMatch(new RegExp(`^ {2}! {2}${setting} `, 'm'));
    expect(planText(plan, [])).toContain(`dangerous, refused without --dangerous: ${setting}: `);
  });

  it('marks a topic that the running connector has lost, and not a heartbeat', async () => {
    await applied();
    for (const topic of ['__debezium-heartbeat.bank', 'bank.bank.accounts']) bench.kafka.lose(topic);
    const plan = await bench.plan();
    expect(plan).toMatchObject({ connector: 'same', lost: ['bank.bank.accounts'] });
    expect(plan.topics.map(({ topic }) => topic)).toEqual(['__debezium-heartbeat.bank', 'bank.bank.accounts']);
    expect(planText(plan, [])).toContain('\n  + __debezium-heartbeat.bank\n  ! bank.bank.accounts\n');
  });

  it('does not mark a column that is withheld from now on', async () => {
    await applied();
    const plan = await bench.with({ withheld: ['bank.cards.pan', 'bank.cards.pin'] }).plan();
    expect(plan.changes).toMatchObject([{ setting: 'column.exclude.list', danger: null }]);
  });
});
