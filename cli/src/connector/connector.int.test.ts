import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { capture, captureUserStatements } from '@banyan/connectors';
import { Schemas } from '@banyan/kit';
import { kafkaJsTransport, type TransactionLogs, type Transport, transactionLogs } from '@banyan/kit/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import { leaveForgotten } from '../../../consumers/kit/src/testkit/forgotten-transaction.ts';
import { KafkaWriter } from '../../../consumers/kit/src/testkit/kafka-writer.ts';
import { type Bridge, openBridge } from '../../../e2e/src/bridge.ts';
import { eventually } from '../../../e2e/src/eventually.ts';
import type { CliError } from '../errors.ts';
import { hangingProblems } from '../status/hanging.ts';
import { banyan, type Ended } from '../testing-cli.ts';
import { applyConnector, type Deployment, planFor } from './apply.ts';
import { applyLock } from './lock.ts';
import { Patience } from './patience.ts';
import { scansIn } from './scans.ts';

const name = `job_${randomUUID().slice(0, 8)}`;
let bridge: Bridge;
let transport: Transport;
let transactions: TransactionLogs;
/** Business, so that a binlog event does not have to be waited for. */
let business: NodeJS.Timeout;
/** Of a capture user of its own: what is done to it here is no other test's trouble. */
let password: string;
const said: string[] = [];
/** The requests that change something. */
const changes: string[] = [];

const recording: typeof fetch = (address, init) => {
  const { pathname } = new URL(String(address));
  if (init?.method !== 'GET' && !pathname.endsWith('/validate')) changes.push(`${init?.method} ${pathname}`);
  return fetch(address, init);
};

function deployment(tables: readonly string[] = ['parcels', 'stops'], prefix = name): Deployment {
  const { stack } = bridge;
  const named = tables.map((table) => `${name}.${table}`);
  const wanted = capture({
    prefix,
    database: {
      host: '127.0.0.1',
      port: stack.ports['source-db'],
      user: name,
      password: secretRef('file', stack.credentials.file(name), 'password'),
    },
    tables: named,
    withheld: [`${name}.parcels.weight`],
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId: 1000 + (crc32(prefix) % 1_000_000),
  });
  const kafka = { brokers: [stack.kafka], clientId: name };
  return {
    connect: new ConnectClient({ url: stack.connectUrl, retry: { attempts: 1 }, ports: { fetch: recording } }),
    transport,
    transactions,
    capture: wanted,
    readers: [{ name: 'parcels', tables: named }],
    scans: (from) => scansIn(transport, new Schemas(stack.registryUrl), prefix, from),
    rows: null,
    lock: () => applyLock(transport, kafka, wanted),
    captureAnew: 'capture anew',
    proof: 'binlog-read',
    steadyMs: 2000,
  };
}

const patience = (waitMs = 60_000) =>
  new Patience({ waitMs, say: (text) => said.push(text), signal: new AbortController().signal });

async function apply(wanted = deployment()) {
  changes.length = 0;
  return applyConnector(wanted, patience(), { dangerous: false });
}

const refusal = (wanted: Deployment) =>
  apply(wanted).then(
    () => new Error('it was done'),
    (error: CliError) => error,
  ) as Promise<CliError>;

async function makeUser(known: string): Promise<void> {
  for (const statement of captureUserStatements({ name, host: '127.0.0.1', password: known }))
    await bridge.source.query(statement);
}

async function revoke(right: string): Promise<void> {
  await bridge.source.query('SET sql_log_bin = 0');
  await bridge.source.query(`REVOKE ${right} ON *.* FROM \`${name}\`@'127.0.0.1'`);
  await bridge.source.query('SET sql_log_bin = 1');
}

beforeAll(async () => {
  bridge = await openBridge(name);
  transport = kafkaJsTransport({ brokers: [bridge.stack.kafka], clientId: name });
  transactions = await transactionLogs({ brokers: [bridge.stack.kafka], clientId: name });
  password = await bridge.stack.credentials.password(name);
  await makeUser(password);
  await bridge.source.query(
    `CREATE TABLE parcels (id INT PRIMARY KEY, weight INT); CREATE TABLE stops (id INT PRIMARY KEY);
     CREATE TABLE business (id INT PRIMARY KEY AUTO_INCREMENT);
     INSERT INTO parcels VALUES (1, 10)`,
  );
  business = setInterval(() => bridge.source.query('INSERT INTO business VALUES ()').catch(() => {}), 500);
}, 60_000);

afterAll(async () => {
  clearInterval(business);
  for (const one of ['', '-typo', '-BIN', '-REP', '-blind', '-forgot'].map((end) => `${name}${end}`))
    await bridge.connect.remove(one).catch(() => {});
  await bridge.source.query(`DROP USER IF EXISTS \`${name}\`@'127.0.0.1'`).catch(() => {});
  await Promise.all([transport.close(), transactions.close()]);
  await bridge.close();
}, 60_000);

describe('the connector, on a real worker', () => {
  it('is planned, made, and left as it is', async () => {
    const plan = await planFor(deployment(), patience());
    expect(plan).toMatchObject({ name, connector: 'new' });
    expect(plan.topics).toHaveLength(7);
    const first = await apply();
    expect(first).toMatchObject({ outcome: 'created', restarts: 0 });
    expect(changes).toEqual([`PUT /connectors/${name}/config`]);
    await bridge.eventuallyCaptured(`${name}.${name}.parcels`, 1);
    expect(await apply()).toMatchObject({ outcome: 'unchanged', topics: [], restarts: 0 });
    expect(changes).toEqual([]);
    expect(await planFor(deployment(), patience())).toMatchObject({ connector: 'same', topics: [] });
  }, 120_000);

  it('has a setting put back that was changed by hand', async () => {
    const config = await bridge.connect.config(name);
    await bridge.connect.putConnector(name, { ...config, 'poll.interval.ms': '500' });
    expect(await apply()).toMatchObject({ outcome: 'changed' });
    expect(said).toContain('poll.interval.ms: 500 -> 5');
    expect(await bridge.connect.config(name)).toEqual(config);
  }, 120_000);

  it('says that the source does not take the password, though it still streams; heals when it does again', async () => {
    await makeUser('another');
    expect(await refusal(deployment())).toMatchObject({ code: 'access-denied', mayHeal: false });
    expect(changes).toEqual([]);
    await bridge.connect.restart(name, { includeTasks: true });
    await eventually(
      'the task FAILED',
      async () => (await bridge.connect.status(name)).tasks[0]?.state === 'FAILED' || null,
    );
    expect(await refusal(deployment())).toMatchObject({ code: 'access-denied' });
    await makeUser(password);
    const healed = await apply();
    expect(healed).toMatchObject({ outcome: 'unchanged', restarts: 1 });
    expect(changes).toEqual([`POST /connectors/${name}/restart`]);
    const end = await bridge.topicEnd(`${name}.${name}.parcels`);
    await bridge.source.query('INSERT INTO parcels VALUES (2, 20)');
    await bridge.eventuallyCaptured(`${name}.${name}.parcels`, end + 1n);
  }, 120_000);

  it.each(['value.converter', 'transforms.position.type'])(
    'names the class of %s that an older worker does not have',
    async (setting) => {
      const { capture: wanted, ...rest } = deployment();
      const config = { ...wanted.config, [setting]: 'dev.banyan.Absent' };
      const error = await refusal({ ...rest, capture: { ...wanted, config } });
      expect(error).toMatchObject({ code: 'plugin-missing', mayHeal: false });
      expect(error.message).toMatch(/^the worker has no plugin with dev\.banyan\.Absent: /);
      expect(changes).toEqual([]);
    },
  );

  it('names a table that the source does not have', async () => {
    const error = await refusal(deployment(['parcels', 'stop'], `${name}-typo`));
    expect(error).toMatchObject({ code: 'unknown-table', mayHeal: false });
    expect(error.message).toContain(`parcels reads ${name}.stop, which the source does not have (${name}.stops?)`);
    await bridge.source.query('CREATE TABLE stop (id INT PRIMARY KEY)');
    await bridge.source.query('INSERT INTO stop VALUES (1)');
    await bridge.eventuallyCaptured(`${name}-typo.${name}.stop`, 1);
    expect(await apply(deployment(['parcels', 'stop'], `${name}-typo`))).toMatchObject({ outcome: 'unchanged' });
  }, 120_000);

  it.each(['BINLOG MONITOR', 'REPLICATION SLAVE'])(
    'says that the user lacks %s',
    async (right) => {
      await revoke(right);
      const error = await refusal(deployment(['parcels'], `${name}-${right.slice(0, 3)}`));
      await makeUser(password);
      expect(error).toMatchObject({ code: 'grants-missing', mayHeal: false });
      expect(error.message).toContain(right);
    },
    120_000,
  );

  it('does not take a source that shows nothing for one that is captured', async () => {
    await revoke('SELECT');
    const error = await refusal(deployment(['parcels'], `${name}-blind`));
    await makeUser(password);
    expect(error).toMatchObject({ code: 'unknown-table', mayHeal: false });
  }, 120_000);
});

describe('a transaction that Kafka has forgotten', () => {
  // Seen once, in connect-offsets, after the broker was killed -9: the task said RUNNING, and waited for ever for the end of the
  // offsets that it was to begin from. Here the connector has a topic of its own for them, as all the others share that one.
  it('is shown by status and plan, and aborted by apply: the task that it held back goes on; what goes on is left alone', async () => {
    const [prefix, { kafka }] = [`${name}-forgot`, bridge.stack];
    const [offsets, other, table] = ['offsets', 'other', `${name}.parcels`].map((end) => `${prefix}.${end}`);
    const plain = deployment(['parcels'], prefix);
    const config = { ...plain.capture.config, 'offsets.storage.topic': offsets! };
    const wanted = { ...plain, capture: { ...plain.capture, config } };
    const topic = { partitions: 1, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } };
    await transport.createTopics([offsets, other].map((one) => ({ ...topic, topic: one! })));
    await apply(wanted);
    await using writer = await KafkaWriter.open(kafka);
    const open = await writer.begin();
    await open.send(other!, [{ key: 'k', value: 'from long ago', timestamp: String(Date.UTC(2020, 0, 1)) }]);
    const { producerId } = await leaveForgotten(kafka, offsets!);
    const restarted = await fetch(`${bridge.stack.connectUrl}/connectors/${prefix}/tasks/0/restart`, {
      method: 'POST',
    });
    expect(restarted.status).toBe(204);
    const end = await bridge.topicEnd(table!);
    await bridge.source.query('INSERT INTO parcels VALUES (3, 30)');
    const hanging = [{ topic: offsets, partition: 0, producerId }];
    expect(await hangingProblems(bridge.stack, prefix, 10_000)).toMatchObject([
      { where: `topic ${offsets}`, code: 'transaction-hanging' },
    ]);
    expect(await planFor(wanted, patience())).toMatchObject({ connector: 'same', hanging });
    expect(await bridge.connect.status(prefix)).toMatchObject({ tasks: [{ state: 'RUNNING' }] });
    expect(await bridge.topicEnd(table!)).toBe(end);
    expect(await apply(wanted)).toMatchObject({ outcome: 'unchanged', ended: hanging, restarts: 0 });
    expect(changes).toEqual([]);
    expect(said).toContainEqual(expect.stringContaining(`${offsets}/0 is held back at offset`));
    await bridge.eventuallyCaptured(table!, end + 1n);
    expect(await hangingProblems(bridge.stack, prefix, 10_000)).toEqual([]);
    await open.commit();
  }, 120_000);
});

describe('banyan connector, as a process', () => {
  const env = (change: Record<string, string> = {}) => ({
    CONNECT_URL: bridge.stack.connectUrl,
    KAFKA_BROKERS: bridge.stack.kafka,
    REGISTRY_URL: bridge.stack.registryNativeUrl,
    TOPIC_PREFIX: `${name}-process`,
    SOURCE_DB_HOST: '127.0.0.1',
    SOURCE_DB_PORT: String(bridge.stack.ports['source-db']),
    SOURCE_DB_USER: name,
    SOURCE_DB_PASSWORD_REF: `\${file:${bridge.stack.credentials.file(name)}:password}`,
    SERVER_ID: '999999',
    WITHHELD_COLUMNS: 'bank.cards.pan',
    ...change,
  });
  const lastLine = ({ stderr }: Ended) => stderr.trimEnd().split('\n').at(-1);

  it('plans with 2, as something would be made, and makes nothing', async () => {
    const { code, stdout } = await banyan(['connector', 'plan', '--json'], env());
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, plan: { name: `${name}-process`, connector: 'new' } });
    expect((await transport.topics()).filter((topic) => topic.includes(`${name}-process`))).toEqual([]);
  });

  it('ends with 1 for a wrong password, with 75 for a source that is away, and its last line says it all', async () => {
    const unresolved = `\${file:${bridge.stack.credentials.file(name)}:passwort}`;
    const wrong = await banyan(['connector', 'apply'], env({ SOURCE_DB_PASSWORD_REF: unresolved }));
    expect(lastLine(wrong)).toMatch(
      /^banyan connector: source 127\.0\.0\.1:\d+: the source does not let the user of the connector in \(.*Access denied.*\); see that/,
    );
    expect(wrong.code).toBe(1);
    const away = await banyan(['connector', 'apply'], env({ SOURCE_DB_PORT: '9', WAIT_S: '3' }));
    expect(lastLine(away)).toMatch(
      /^banyan connector: no source within 3 s \(WAIT_S\): the worker cannot reach source 127\.0\.0\.1:9:/,
    );
    expect(away.code).toBe(75);
    expect(wrong.stderr + wrong.stdout + away.stderr).not.toContain(password);
  });
});
