import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Capture, capture, captureUserStatements } from '@banyan/connectors';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { secretRef } from 'debezium-connect-client';
import { type Bridge, openBridge } from '../../../e2e/src/bridge.ts';
import { eventually } from '../../../e2e/src/eventually.ts';
import { banyan } from '../testing-cli.ts';
import { bridgeChecks } from './catalogue.ts';
import { examine } from './examine.ts';
import { openSource } from './source.ts';
import { limits } from './testing-server.ts';

const name = `doc_${randomUUID().slice(0, 8)}`;
const ofBridge = new Set(bridgeChecks.map(({ code }) => code));
let bridge: Bridge;
let wanted: Capture;
let password: string;

async function makeUser(known: string): Promise<void> {
  for (const statement of captureUserStatements({ name, host: '127.0.0.1', password: known }))
    await bridge.source.query(statement);
}

beforeAll(async () => {
  bridge = await openBridge(name);
  const { stack, connect } = bridge;
  password = await stack.credentials.password(name);
  await makeUser(password);
  await bridge.source.query('CREATE TABLE parcels (id INT PRIMARY KEY, weight DECIMAL(10,2))');
  await bridge.source.query('INSERT INTO parcels VALUES (1, 1.5)');
  wanted = capture({
    prefix: name,
    database: {
      host: '127.0.0.1',
      port: stack.ports['source-db'],
      user: name,
      password: secretRef('file', stack.credentials.file(name), 'password'),
    },
    tables: [`${name}.parcels`],
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId: 1000 + (crc32(name) % 1_000_000),
  });
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: name });
  await transport.createTopics(wanted.topics);
  await connect.putConnector(name, wanted.config);
  await connect.waitUntilStreaming(name, { proof: 'snapshot-done', timeoutMs: 120_000, pollMs: 100 });
}, 180_000);

afterAll(async () => {
  await bridge?.source.query(`DROP USER IF EXISTS \`${name}\`@'127.0.0.1'`).catch(() => {});
  await bridge?.close();
});

async function found(): Promise<string[]> {
  await using session = await openSource({ ...(await bridge.stack.rootAccess('source-db')), database: name });
  const { signal } = new AbortController();
  const place = { connectUrl: bridge.stack.connectUrl, brokers: [bridge.stack.kafka], capture: wanted };
  const options = { session, database: name, bridge: place, say: () => {}, signal, ...limits };
  const { findings, unseen } = await examine(options);
  expect(unseen.filter(({ what }) => /topic|connector/.test(what))).toEqual([]);
  const ours = findings.filter(({ code }) => ofBridge.has(code));
  return ours.map(({ code, where, what }) => `${code} ${where}: ${what}`).sort();
}

it('is silent on a connector and its topics as apply makes them', async () => {
  await eventually('nothing is found', async () => (await found()).length === 0);
}, 60_000);

it('is set up by the environment that banyan connector has, and says how far the connector is behind', async () => {
  const { stack } = bridge;
  const { stdout, stderr, code } = await banyan(
    ['doctor', '--json', '--database', `mysql://${name}@127.0.0.1:${stack.ports['source-db']}/${name}`],
    {
      SOURCE_DB_PASSWORD_FILE: await passwordFile(),
      CONNECT_URL: stack.connectUrl,
      KAFKA_BROKERS: stack.kafka,
      REGISTRY_URL: stack.registryNativeUrl,
      TOPIC_PREFIX: name,
      SOURCE_DB_HOST: '127.0.0.1',
      SOURCE_DB_PORT: String(stack.ports['source-db']),
      SERVER_ID: '999999',
      WITHHELD_COLUMNS: 'none',
    },
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining(`connector ${name} and its topics`)]);
  expect(JSON.parse(stdout).looked.connector).toMatchObject({ name, lagBytes: expect.any(Number) });
  expect(stdout + stderr).not.toContain(password);
}, 60_000);

async function passwordFile(): Promise<string> {
  const file = `${bridge.stack.dataDir}/secrets/${name}.password`;
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return file;
}

it('finds settings that lose something, and topics that do', async () => {
  const { 'heartbeat.interval.ms': _, ...config } = wanted.config;
  await bridge.connect.putConnector(name, {
    ...config,
    'skipped.operations': 't',
    'bigint.unsigned.handling.mode': 'long',
  });
  await using transport = kafkaJsTransport({ brokers: [bridge.stack.kafka], clientId: name });
  const settings = { 'cleanup.policy': 'compact', 'retention.ms': '60000', 'max.message.bytes': '1000' };
  await transport.createTopics([{ topic: `${name}.bad`, partitions: 3, replicationFactor: 1, config: settings }]);
  // Its task is placed anew meanwhile, which is found too.
  const codes = await eventually('its task runs again', async () => {
    const lines = (await found()).map((line) => line.split(' ').slice(0, 3).join(' '));
    return !lines.some((line) => line.startsWith('connector-not-running')) && lines;
  });
  expect(codes).toEqual([
    `heartbeat-off connector ${name}:`,
    `setting-inexact connector ${name}:`,
    `topic-compacted topic ${name}.bad:`,
    `topic-expires topic ${name}.bad:`,
    `topic-messages-small topic ${name}.bad:`,
    `topic-partitions topic ${name}.bad:`,
    `truncates-skipped connector ${name}:`,
  ]);
}, 120_000);

it('finds a FAILED task behind a connector that says RUNNING', async () => {
  await makeUser('another');
  await bridge.connect.restart(name, { includeTasks: true });
  const isFailed = async () => (await bridge.connect.status(name)).tasks[0]?.state === 'FAILED';
  await eventually('the task FAILED', isFailed);
  expect(await found()).toContainEqual(
    expect.stringMatching(/^task-failed connector .*\(access-denied\); connector RUNNING, task 0 FAILED$/),
  );
}, 120_000);
