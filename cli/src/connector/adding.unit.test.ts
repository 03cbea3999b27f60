import { decodeHistory } from '@banyan/kit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { incrementalSnapshotIn } from 'debezium-connect-client';
import { CliError } from '../errors.ts';
import { hashOf, linesOf } from './plan-hash.ts';
import { Bench, streamingOffset, tableChange } from './testing-bench.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

let bench: Bench;
/** With one more service, over one more table. */
let more: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  for (const table of ['accounts', 'cards', 'loans'])
    bench.kafka.history.push(tableChange('CREATE', `"bank"."${table}"`));
  await bench.apply();
  bench.changes();
  more = bench.with({ readers: [...accounts, { name: 'loans', tables: ['bank.accounts', 'bank.loans'] }] });
  more.changes();
  snapshots = 0;
  more.meanwhile = () => snapshot(more);
});
afterEach(() => bench.fake.stop());

const accounts = [{ name: 'accounts', tables: ['bank.accounts', 'bank.cards'] }];
let snapshots = 0;

/** The connector, when it runs and its offset tells it to: reads the tables, says so, and forgets about it. */
async function snapshot(one: Bench, status = 'SUCCEEDED'): Promise<void> {
  const connector = await one.real.status('bank');
  const [found] = await one.real.offsets('bank');
  const tables = incrementalSnapshotIn(found?.offset)?.tables ?? [];
  const captured = (await one.real.config('bank'))['table.include.list']!;
  if (connector.connector.state !== 'RUNNING') return;
  for (const table of tables) {
    if (!captured.includes(table.replace('.', '\\.'))) throw new Error(`${table} is read, and is not captured`);
    snapshots++;
    const offset = BigInt(one.kafka.published.get('bank.notifications')?.length ?? 0);
    await one.kafka.publish('bank.notifications', [Buffer.from('one')]);
    one.scans.push({ table, status, offset });
  }
  if (tables.length > 0) one.fake.setOffsets('bank', [{ partition: { server: 'bank' }, offset: streamingOffset }]);
}

const told = (one: Bench) =>
  (one.kafka.published.get('bank.histories') ?? [])
    .map(decodeHistory)
    .map(({ state, isStopped }) => `${state}${isStopped ? ', stopped' : ''}`);

async function refusal(run: Promise<unknown>): Promise<CliError> {
  const error = await run.then(
    () => new Error('it was done'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw error;
  return error;
}

describe('a table that is added', () => {
  it('is told to the stopped connector by its offset, and is whole when the connector says so', async () => {
    const { whole, outcome } = await more.apply();
    expect({ whole, outcome }).toEqual({ whole: ['bank.loans'], outcome: 'changed' });
    expect(more.changes()).toEqual([
      'PUT /connectors/bank/stop',
      'PATCH /connectors/bank/offsets',
      'PUT /connectors/bank/config',
      'PUT /connectors/bank/resume',
    ]);
    expect(told(more)).toEqual(['begun', 'begun, stopped', 'begun', 'whole']);
    expect(await more.real.config('bank')).toMatchObject({
      'table.include.list': String.raw`bank\.accounts,bank\.cards,bank\.loans`,
    });
    expect(more.kafka.made.map(({ topic }) => topic)).toContain('bank.bank.loans');
    expect(await more.apply()).toMatchObject({ outcome: 'unchanged', whole: [], topics: [] });
    expect(more.changes()).toEqual([]);
    expect(snapshots).toBe(1);
  });

  it('has begun before its topic is made: nobody takes a part of it for the whole', async () => {
    let before: string[] = [];
    more.kafka.before = (what) => {
      if (what === 'make topics' && more.kafka.made.length === 7) before = told(more);
    };
    await more.apply();
    expect(before).toEqual(['begun']);
  });

  it.each(['NO_PRIMARY_KEY', 'UNKNOWN_SCHEMA'])('is refused when the connector cannot read it: %s', async (status) => {
    more.meanwhile = () => snapshot(more, status);
    expect(await refusal(more.apply())).toMatchObject({ code: 'history-refused', mayHeal: false });
    expect(told(more)).not.toContain('whole');
  });

  it('is read once more when the source was away meanwhile', async () => {
    let status = 'SQL_EXCEPTION';
    more.meanwhile = async () => {
      await snapshot(more, status);
      if (snapshots > 0) status = 'SUCCEEDED';
    };
    expect(await more.apply()).toMatchObject({ whole: ['bank.loans'] });
    expect(snapshots).toBe(2);
    expect(told(more).at(-1)).toBe('whole');
  });

  it('that takes long is left to the connector, and seen to its end by a later run', async () => {
    const idle = more.with({ waitS: 40 });
    idle.meanwhile = async () => {};
    expect(await refusal(idle.apply())).toMatchObject({ code: 'history-running', mayHeal: true });
    const again = more.with({});
    again.changes();
    again.meanwhile = () => snapshot(again);
    expect(await again.apply()).toMatchObject({ whole: ['bank.loans'] });
    expect(again.changes()).toEqual([]);
    expect(snapshots).toBe(1);
  });

  it('is not whole by what was told before it was begun, as of an earlier capture', async () => {
    await more.kafka.publish('bank.notifications', [Buffer.from('one')]);
    more.scans.push({ table: 'bank.loans', status: 'SUCCEEDED', offset: 0n });
    expect(await more.apply()).toMatchObject({ whole: ['bank.loans'] });
    expect(snapshots).toBe(1);
  });

  it('that the connector has read while nobody looked is not read again', async () => {
    const idle = more.with({ waitS: 40 });
    idle.meanwhile = async () => {};
    await refusal(idle.apply());
    await snapshot(more);
    const again = more.with({});
    again.changes();
    expect(await again.apply()).toMatchObject({ whole: ['bank.loans'] });
    expect(again.changes()).toEqual([]);
    expect(snapshots).toBe(1);
  });

  it.each([
    ['unknown-table', () => bench.kafka.history.splice(2, 1)],
    [
      'no-key',
      () =>
        bench.kafka.history.splice(
          2,
          1,
          JSON.stringify({
            tableChanges: [{ type: 'CREATE', id: '"bank"."loans"', table: { primaryKeyColumnNames: [] } }],
          }),
        ),
    ],
  ])('is refused before anything is changed: %s', async (code, make) => {
    make();
    expect(await refusal(more.apply())).toMatchObject({ code, mayHeal: false });
    expect(more.changes()).toEqual([]);
    expect(told(more)).toEqual([]);
  });

  it('waits for the initial snapshot', async () => {
    more.fake.setOffsets('bank', [
      { partition: { server: 'bank' }, offset: { file: 'b.1', pos: 4, snapshot: 'INITIAL' } },
    ]);
    expect(await refusal(more.with({ waitS: 20 }).apply())).toMatchObject({ code: 'snapshot-running', mayHeal: true });
    expect(more.changes()).toEqual([]);
  });

  it('does not resume a connector that somebody has stopped while its history was read', async () => {
    const idle = more.with({ waitS: 40 });
    idle.meanwhile = async () => {};
    await refusal(idle.apply());
    await more.real.stop('bank');
    more.changes();
    expect(await refusal(more.with({}).apply())).toMatchObject({ code: 'connector-stopped' });
    expect(more.changes()).toEqual([]);
  });
});

describe('apply, killed', () => {
  /** From its `at`th step on, nothing that it does arrives; `done`: the last thing did, and it did not hear of it. */
  const killed = (at: number, done: boolean): Bench => {
    const doomed = more.with({ waitS: 20 });
    let steps = 0;
    const step = () => {
      steps++;
      if (steps > at || (steps === at && !done)) throw new Error('killed');
    };
    doomed.meanwhile = async () => {};
    doomed.before = (request) => {
      if (!request.startsWith('GET') && !request.includes('validate')) step();
      else if (steps >= at) throw new Error('killed');
    };
    doomed.kafka.before = step;
    return doomed;
  };

  it.each(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(
      (at) =>
        [
          [at, false],
          [at, true],
        ] as const,
    ),
  )('at its step %d (done: %s) and run again comes to the same end', async (at, done) => {
    await refusal(killed(at, done).apply());
    more.kafka.before = () => {};
    const again = more.with({});
    again.meanwhile = () => snapshot(again);
    await again.apply();
    expect(told(again).at(-1)).toBe('whole');
    expect(snapshots).toBe(1);
    expect(await again.real.status('bank')).toMatchObject({ connector: { state: 'RUNNING' } });
    expect((await again.real.config('bank'))['table.include.list']).toBe(
      String.raw`bank\.accounts,bank\.cards,bank\.loans`,
    );
    again.changes();
    expect(await again.apply()).toMatchObject({ outcome: 'unchanged', whole: [], topics: [] });
    expect(again.changes()).toEqual([]);
  });
});

describe('apply of a plan that was shown', () => {
  it('does it when it is still the plan, and refuses it with the difference when it is not', async () => {
    const plan = await more.plan();
    const shown = { hash: hashOf(plan), lines: linesOf(plan) };
    await more.real.putConnector('bank', { ...(await more.real.config('bank')), 'poll.interval.ms': '500' });
    more.changes();
    const stale = await refusal(more.apply({ dangerous: false, plan: shown }));
    expect(stale).toMatchObject({ code: 'plan-stale', mayHeal: false });
    expect(stale.message).toContain('new: poll.interval.ms: 500 -> 5');
    expect((await refusal(more.apply({ dangerous: false, plan: { ...shown, lines: null } }))).message).toContain(
      `the plan is not ${shown.hash} any more, it is `,
    );
    expect(more.changes()).toEqual([]);
    const now = hashOf(await more.plan());
    expect(await more.apply({ dangerous: false, plan: { hash: now, lines: null } })).toMatchObject({
      outcome: 'changed',
    });
  });

  it('waits while another one applies, and goes on when that has ended', async () => {
    more.lock.isHeld = false;
    const error = await refusal(more.with({ waitS: 20 }).apply());
    expect(error).toMatchObject({ code: 'being-applied', mayHeal: true });
    expect(error.message).toMatch(/^no turn within 20 s \(WAIT_S\): another banyan is applying this connector/);
    expect(more.changes()).toEqual([]);
    expect(told(more)).toEqual([]);
    more.meanwhile = (nowMs) => {
      more.lock.isHeld = nowMs > 3000;
      return snapshot(more);
    };
    expect(await more.apply()).toMatchObject({ whole: ['bank.loans'] });
  });

  it('ends where Kafka has given its right to another one', async () => {
    more.kafka.before = (what) => {
      if (what === 'make topics' && told(more).length > 0) more.lock.isHeld = false;
    };
    expect(await refusal(more.apply())).toMatchObject({ code: 'being-applied', mayHeal: true });
    expect(more.changes()).not.toContain('PUT /connectors/bank/config');
    expect(await more.real.status('bank')).toMatchObject({ connector: { state: 'RUNNING' } });
  });
});
