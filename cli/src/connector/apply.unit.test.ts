import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CliError } from '../errors.ts';
import { Bench, type BenchOptions, streamingOffset, tableChange, tableChanges } from './testing-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.fake.stop());

async function anew(options: BenchOptions): Promise<void> {
  await bench.fake.stop();
  bench = await Bench.open(options);
}
async function refusal(run = bench.apply()): Promise<CliError> {
  const error = await run.then(
    () => new Error('it was done'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw error;
  expect(error.message).not.toContain('\n');
  return error;
}
const put = 'PUT /connectors/bank/config';
const restart = 'POST /connectors/bank/restart';

const failed = (reason: string) => `org.apache.kafka.connect.errors.ConnectException: An exception occurred
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: ${reason}
\t... 8 more
`;
const lost = failed('java.io.EOFException: Failed to read remaining 4 of 4 bytes from position 0. Block length: 4');
const purged = failed('io.debezium.DebeziumException: Could not find first log file name in binary log index file');
const twin = failed(
  'com.github.shyiko.mysql.binlog.network.ServerException: A slave with the same server_uuid/server_id',
);
const noClass = failed('java.lang.ClassNotFoundException: dev.banyan.NullKeepingAvroConverter');

describe('apply', () => {
  it('makes topics, then the connector, and changes nothing when it is run again', async () => {
    const first = await bench.apply();
    expect(first).toMatchObject({ outcome: 'created', restarts: 0, proof: { offset: { offset: streamingOffset } } });
    expect(first.topics).toHaveLength(6);
    expect(bench.changes()).toEqual([put]);
    const second = await bench.apply();
    expect(second).toMatchObject({ outcome: 'unchanged', topics: [], restarts: 0 });
    expect(bench.changes()).toEqual([]);
    expect(bench.kafka.made).toHaveLength(7);
  });

  it('puts back a setting that somebody has changed, and says which', async () => {
    await bench.apply();
    const { connect } = bench.deployment();
    await connect.putConnector('bank', { ...(await connect.config('bank')), 'poll.interval.ms': '500' });
    bench.changes();
    expect(await bench.apply()).toMatchObject({ outcome: 'changed' });
    expect(bench.changes()).toEqual([put]);
    expect(bench.said).toContain('poll.interval.ms: 500 -> 5');
  });

  it('makes a topic again that holds nothing, and leaves the connector alone', async () => {
    await bench.apply();
    bench.kafka.lose('__debezium-heartbeat.bank');
    expect(await bench.apply()).toMatchObject({ outcome: 'unchanged', topics: ['__debezium-heartbeat.bank'] });
  });

  it('does not put an empty topic in the place of one with a history', async () => {
    await bench.apply();
    bench.kafka.lose('bank.bank.accounts');
    const error = await refusal();
    expect(error).toMatchObject({ code: 'dangerous', mayHeal: false });
    expect(error.message).toContain('topic bank.bank.accounts: it is gone, with the history');
    expect(bench.kafka.made).toHaveLength(6);
    expect(await bench.apply({ dangerous: true })).toMatchObject({ topics: ['bank.bank.accounts'] });
  });

  it.each(['shop.loans', 'bank.old loans', 'bank.a.b'])(
    'refuses %s, which cannot be added, and changes nothing',
    async (table) => {
      await bench.apply();
      bench.changes();
      const readers = [{ name: 'loans', tables: ['bank.accounts', table] }];
      const error = await refusal(bench.with({ readers }).apply());
      expect(error).toMatchObject({ code: 'not-captured', mayHeal: false, remedy: 'capture anew' });
      expect(error.message).toBe(`loans reads ${table}, which the running connector does not capture`);
      expect(bench.changes()).toEqual([]);
      expect(bench.kafka.made).toHaveLength(7);
    },
  );

  it('refuses what is dangerous until that is said', async () => {
    await bench.apply();
    bench.changes();
    const open = bench.with({ withheld: [] });
    const error = await refusal(open.apply());
    expect(error).toMatchObject({ code: 'dangerous', mayHeal: false });
    expect(error.message).toContain('bank.cards.pan leaves the database');
    expect(bench.changes()).toEqual([]);
    expect(await open.apply({ dangerous: true })).toMatchObject({ outcome: 'changed' });
  });

  it.each(['PAUSED', 'STOPPED'] as const)('leaves a connector alone that somebody has %s', async (state) => {
    await bench.apply();
    const { connect } = bench.deployment();
    await (state === 'PAUSED' ? connect.pause('bank') : connect.stop('bank'));
    bench.changes();
    const error = await refusal();
    expect(error).toMatchObject({ code: 'connector-stopped', mayHeal: false });
    expect(error.message).toContain(`connector bank is ${state}`);
    expect(bench.changes()).toEqual([]);
  });

  it('names a table that the source does not have, and one that may be meant', async () => {
    bench.kafka.history.push(
      tableChange('CREATE', '"bank"."accounts"'),
      tableChange('CREATE', '"bank"."card"'),
      tableChange('ALTER', '"bank"."cards"', '"bank"."card"'),
    );
    expect(await bench.apply()).toMatchObject({ outcome: 'created' });
    bench.kafka.history.push(tableChange('DROP', '"bank"."cards"'), tableChange('CREATE', '"bank"."cads"'));
    const error = await refusal();
    expect(error).toMatchObject({ code: 'unknown-table', mayHeal: false });
    expect(error.message).toContain('accounts reads bank.cards, which the source does not have (bank.cads?)');
  });

  it('follows copies that are swapped for a table', async () => {
    const [cards, copy, old] = ['"bank"."cards"', '"bank"."_cards_gho"', '"bank"."_cards_del"'];
    for (const id of ['"bank"."accounts"', cards!, copy!]) bench.kafka.history.push(tableChange('CREATE', id));
    const swap = [
      { type: 'ALTER', id: cards, previousId: copy },
      { type: 'ALTER', id: old, previousId: cards },
    ];
    bench.kafka.history.push(tableChanges(...swap));
    expect(await bench.apply()).toMatchObject({ outcome: 'created' });
    bench.kafka.history.push(tableChanges(...swap.toReversed()));
    expect(await bench.apply()).toMatchObject({ outcome: 'unchanged' });
  });

  it('does not judge by a history that it could not read to its end', async () => {
    bench.kafka.history.push(tableChange('CREATE', '"bank"."accounts"'));
    bench.kafka.isSilent = true;
    expect(await refusal(bench.with({ waitS: 20 }).apply())).toMatchObject({
      code: 'kafka-unreachable',
      mayHeal: true,
    });
  });

  it('does not take a history without any table for a source that has them all', async () => {
    bench.kafka.history.push(JSON.stringify({ ddl: 'SET character_set_server=utf8mb4', tableChanges: [] }));
    expect(await refusal()).toMatchObject({ code: 'unknown-table' });
  });
});

describe('apply, on what may heal', () => {
  it('restarts a task that has FAILED', async () => {
    await bench.apply();
    bench.fake.failTask('bank', lost);
    bench.changes();
    expect(await bench.apply()).toMatchObject({ outcome: 'unchanged', restarts: 1 });
    expect(bench.changes()).toEqual([restart]);
    expect(bench.said).toContainEqual(expect.stringMatching(/task 0 FAILED.*EOFException.*; restarting it$/));
  });

  it('restarts a connector that has FAILED', async () => {
    await bench.apply();
    bench.fake.failConnector('bank', lost);
    expect(await bench.apply()).toMatchObject({ restarts: 1 });
  });

  it('restarts it again and again, with pauses, until the time is up', async () => {
    await bench.apply();
    bench.fake.failTask('bank', lost);
    bench.changes();
    bench.meanwhile = () => bench.fake.failTask('bank', lost);
    const error = await refusal();
    expect(error).toMatchObject({ code: 'task-failed', mayHeal: true });
    expect(error.message).toMatch(/^no streaming connector within 300 s \(WAIT_S\): .*EOFException/);
    const restarts = bench.changes();
    expect(restarts.length).toBeGreaterThan(4);
    expect(restarts.length).toBeLessThan(12);
  });

  it('waits for a Connect that is away, and for Kafka', async () => {
    bench.fake.rebalanceFor(3);
    bench.kafka.awayFor = 2;
    expect(await bench.apply()).toMatchObject({ outcome: 'created' });
    expect(bench.said).toContainEqual(expect.stringMatching(/^waiting for Connect, up to 300 s more: .*409/));
    expect(bench.said).toContainEqual(expect.stringMatching(/^waiting for Kafka, .*Connection error/));
    // The same reason is not told at each try.
    expect(bench.said.filter((text) => text.includes('409'))).toHaveLength(1);
  });

  it('gives up when Connect stays away, as one that may heal', async () => {
    const { url } = bench.fake;
    await bench.fake.stop();
    const error = await refusal();
    expect(error).toMatchObject({ code: 'unreachable', mayHeal: true });
    expect(error.message).toMatch(/^no Connect within 300 s \(WAIT_S\): GET .*cannot be reached/);
    expect(error.message).toContain(url);
    bench = await Bench.open();
  });

  it.each([
    ['a 409', () => bench.fake.rebalanceFor(2)],
    ['a lost answer', () => bench.fake.loseNextAnswer()],
    ['a 500', () => bench.fake.answerNext(500, { message: 'Request timed out' })],
  ])('goes on after %s to its PUT', async (_, trouble) => {
    bench.before = (request) => {
      if (request !== put) return;
      bench.before = () => {};
      trouble();
    };
    expect(await bench.apply()).toMatchObject({ outcome: 'created' });
    expect(bench.said).toContainEqual(expect.stringContaining('waiting for Connect'));
    expect(await bench.apply()).toMatchObject({ outcome: 'unchanged' });
  });

  it('waits for a source that the worker cannot reach', async () => {
    let isAway = true;
    const refuse = () =>
      isAway ? { 'database.hostname': 'Unable to connect: Socket fail to connect to source-db.' } : {};
    await anew({ plugin: { refuse } });
    bench.meanwhile = (nowMs) => {
      isAway = nowMs < 20_000;
    };
    expect(await bench.apply()).toMatchObject({ outcome: 'created' });
    expect(bench.said).toContainEqual(
      expect.stringMatching(/^waiting for source, .*the worker cannot reach source source-db:3306/),
    );
    bench.meanwhile = () => {};
    isAway = true;
    expect(await refusal(bench.with({ waitS: 10 }).apply())).toMatchObject({
      code: 'source-unreachable',
      mayHeal: true,
    });
  });
});

describe('apply, on what does not heal', () => {
  const access = "Unable to connect: Access denied for user 'capture'@'10.2.3.4' (using password: YES)";
  it.each([
    [
      'access-denied',
      { 'database.hostname': access },
      'source source-db:3306: the source does not let the user of the connector in',
    ],
    [
      'plugin-missing',
      {
        'key.converter': `Invalid value dev.banyan.NullKeepingAvroConverter for configuration key.converter: Class dev.banyan.NullKeepingAvroConverter could not be found.`,
      },
      'the worker has no plugin with dev.banyan.NullKeepingAvroConverter',
    ],
    [
      'invalid-config',
      { 'exactly.once.support': 'the worker does not\nhave it enabled' },
      'exactly.once.support: the worker does not have it',
    ],
  ])('fails at once for %s, and makes nothing', async (code, refused, message) => {
    await anew({ plugin: { refuse: () => refused as Record<string, string> } });
    const error = await refusal();
    expect(error).toMatchObject({ code, mayHeal: false, remedy: expect.any(String) });
    expect(error.message).toContain(message);
    expect(bench.nowMs).toBe(0);
    expect(bench.changes()).toEqual([]);
    expect(bench.kafka.made.map(({ topic }) => topic)).toEqual(['bank.histories']);
  });

  it('fails at once for a worker without Debezium', async () => {
    await anew({ plugin: { className: 'org.example.Other' } });
    const error = await refusal();
    expect(error).toMatchObject({ code: 'plugin-missing', mayHeal: false });
    expect(error.message).toContain('io.debezium.connector.mariadb.MariaDbConnector');
  });

  it('fails at once for an account that Connect does not know', async () => {
    await bench.fake.stop();
    bench = new Bench(
      await (await import('debezium-connect-client/testing')).fakeConnect({ basicAuth: { user: 'a', password: 'b' } }),
      {},
    );
    expect(await refusal()).toMatchObject({
      code: 'unauthorized',
      mayHeal: false,
      remedy: expect.stringContaining('CONNECT_USER'),
    });
  });

  it.each([
    ['binlog-purged', purged],
    ['plugin-missing', noClass],
    [
      'grants-missing',
      failed('java.sql.SQLException: Access denied; you need (at least one of) the BINLOG MONITOR privilege(s)'),
    ],
    [
      'binlog-unfit',
      failed(
        'io.debezium.DebeziumException: The database server is not configured to use a ROW binlog_format, which is required',
      ),
    ],
  ])('fails at once when a new connector ends with %s', async (code, trace) => {
    await anew({ plugin: { failAtStart: () => trace } });
    const error = await refusal();
    expect(error).toMatchObject({ code, mayHeal: false, remedy: expect.any(String) });
    expect(bench.nowMs).toBeLessThan(15_000);
    expect(bench.changes()).toEqual([put]);
    expect(error.message.split(error.remedy!)).toHaveLength(1);
  });

  it('does not take for streaming what the worker runs for a moment longer', async () => {
    await bench.apply();
    const { connect } = bench.deployment();
    await connect.putConnector('bank', { ...(await connect.config('bank')), 'poll.interval.ms': '500' });
    let offset = { ...streamingOffset };
    bench.meanwhile = (nowMs) => {
      offset = { ...offset, pos: offset.pos + 1 };
      bench.fake.setOffsets('bank', [{ partition: { server: 'bank' }, offset }]);
      if (nowMs > 4000) bench.fake.failTask('bank', purged);
    };
    bench.nowMs = 0;
    expect(await refusal()).toMatchObject({ code: 'binlog-purged', mayHeal: false });
  });

  it('tries an old failure once, as its reason may have been removed', async () => {
    await bench.apply();
    bench.fake.failTask('bank', purged);
    expect(await bench.apply()).toMatchObject({ restarts: 1 });
    bench.fake.failTask('bank', purged);
    bench.changes();
    bench.meanwhile = () => bench.fake.failTask('bank', purged);
    expect(await refusal()).toMatchObject({ code: 'binlog-purged', mayHeal: false });
    expect(bench.changes()).toEqual([restart]);
  });

  it('does not throw out another reader of the same server id', async () => {
    await bench.apply();
    bench.fake.failTask('bank', twin);
    bench.changes();
    expect(await refusal()).toMatchObject({ code: 'server-id-taken', mayHeal: false });
    expect(bench.changes()).toEqual([]);
  });
});

it('tells no secret: not that of the connector so far, nor one in what the worker says', async () => {
  await bench.apply();
  const { connect } = bench.deployment();
  await connect.putConnector('bank', { ...(await connect.config('bank')), 'database.password': 'hunter2' });
  bench.fake.failTask('bank', failed('a.B: the password hunter2 is wrong'));
  await bench.apply();
  await connect.putConnector('bank', { ...(await connect.config('bank')), 'database.password': 'hunter2' });
  bench.meanwhile = () => bench.fake.failTask('bank', failed('a.B: the password hunter2 is wrong'));
  bench.fake.failTask('bank', failed('a.B: the password hunter2 is wrong'));
  const error = await refusal(bench.apply({ dangerous: true }));
  const told = [...bench.said, error.message, error.remedy].join('\n');
  expect(told).toContain('database.password: *** -> ');
  expect(told).not.toContain('hunter2');
});
