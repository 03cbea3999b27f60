import { crc32 } from 'node:zlib';
import { project } from '@banyan/cli';
import { capture, captureUserStatements } from '@banyan/connectors';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { Stack } from '@banyan/stack';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import type { Connection } from 'mysql2/promise';
import { one, open } from './database.ts';
import { eventually } from './eventually.ts';
import { withReport } from './worker-report.ts';

/** The stack that the suite has started for this run. */
export function suiteStack(): Stack {
  const dataDir = process.env.BANYAN_STACK;
  if (!dataDir) throw new Error('BANYAN_STACK is not set; run this through: make test (or make test ONLY=<path>)');
  return Stack.open(dataDir);
}

/** One database on the source server, its connector and topics, and one database for its read model: all of a name of its own. */
export interface Bridge {
  readonly name: string;
  readonly stack: Stack;
  /** The source database, as root. */
  source: Connection;
  /** The read model's database, as root. */
  read: Connection;
  readonly connect: ConnectClient;
  /** The environment of a projector or an API of this read model, with a free port. */
  readonly environment: Readonly<Record<string, string>>;
  /** Waits up to the limit for the snapshot. */
  capture(tables: readonly string[], limitMs?: number): Promise<void>;
  /** The source's position now, as one GTID text. */
  sourcePosition(): Promise<string>;
  /** Waits until the read model is at least at the source's position of now; gives that. */
  caughtUp(limitMs?: number): Promise<string>;
  /** A new connection to the read model's database, after it was away. */
  reconnect(): Promise<void>;
  /** The same for the source. */
  reconnectSource(): Promise<void>;
  /** Where the topic ends: behind its messages and Kafka's own markers. */
  topicEnd(topic: string): Promise<bigint>;
  /** Waits until the topic ends there or later. */
  eventuallyCaptured(topic: string, end: bigint | number): Promise<void>;
  close(): Promise<void>;
}

export async function openBridge(name: string, stack = suiteStack()): Promise<Bridge> {
  const [sourceRoot, readRoot] = [await stack.rootAccess('source-db'), await stack.rootAccess('read-db')];
  const admin = await open(sourceRoot);
  await admin.query(`CREATE DATABASE \`${name}\``);
  const readAdmin = await open(readRoot);
  await readAdmin.query(`CREATE DATABASE \`${name}\``);
  await Promise.all([admin.end(), readAdmin.end()]);
  const source = await open({ ...sourceRoot, database: name });
  const read = await open({ ...readRoot, database: name });
  const connect = new ConnectClient({ url: stack.connectUrl });
  const sourcePosition = async () =>
    (await one<{ position: string }>(bridge.source, 'SELECT @@gtid_binlog_pos AS position')).position;
  const bridge: Bridge = {
    name,
    stack,
    source,
    read,
    connect,
    environment: {
      PORT: '0',
      AUTH: 'off',
      READ_DB_PORT: String(readRoot.port),
      READ_DB_USER: readRoot.user,
      READ_DB_PASSWORD: readRoot.password,
      READ_DB_NAME: name,
      KAFKA_BROKERS: stack.kafka,
      SCHEMA_REGISTRY_URL: stack.registryUrl,
      TOPIC_PREFIX: name,
      SOURCE_DATABASE: name,
      SOURCE_DB_PORT: String(sourceRoot.port),
      // As in production: one who may read, and nothing else.
      SOURCE_DB_USER: 'capture',
      SOURCE_DB_PASSWORD: await stack.credentials.password('capture'),
    },
    capture: async (tables, limitMs) => {
      await applyCapture(stack, connect, name, tables, limitMs);
      // The first commit after the snapshot tells the position.
      await source.query('CREATE TABLE commits (id INT PRIMARY KEY)');
      await source.query('INSERT INTO commits VALUES (1)');
      await bridge.eventuallyCaptured(`${name}.transaction`, 1);
    },
    sourcePosition,
    caughtUp: async (limitMs = 60_000) => {
      const target = await sourcePosition();
      await eventually(
        `the read model ${name} reaches ${target}`,
        async () => atLeast(await position(bridge.read), target),
        limitMs,
      );
      return target;
    },
    reconnect: async () => {
      bridge.read.destroy();
      bridge.read = await open({ ...readRoot, database: name });
    },
    reconnectSource: async () => {
      bridge.source.destroy();
      bridge.source = await open({ ...sourceRoot, database: name });
    },
    topicEnd: async (topic) => {
      await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'e2e' });
      return (await transport.describe([topic])).get(topic)![0]!.high;
    },
    eventuallyCaptured: async (topic, end) => {
      await eventually(`${topic} ends at ${end}`, async () => (await bridge.topicEnd(topic)) >= BigInt(end));
    },
    close: async () => {
      await connect.remove(name).catch(() => {});
      await bridge.source.query(`DROP DATABASE IF EXISTS \`${name}\``).catch(() => {});
      await bridge.read.query(`DROP DATABASE IF EXISTS \`${name}\``).catch(() => {});
      bridge.source.destroy();
      bridge.read.destroy();
    },
  };
  return bridge;
}

/** Makes topics and connector for `<name>.<table>` and waits until it streams. */
export async function applyCapture(
  stack: Stack,
  connect: ConnectClient,
  name: string,
  tables: readonly string[],
  limitMs = 120_000,
): Promise<void> {
  const root = await open(await stack.rootAccess('source-db'));
  const password = await stack.credentials.password('capture');
  for (const statement of captureUserStatements({ name: 'capture', host: '127.0.0.1', password }))
    await root.query(statement);
  await root.end();
  const one = capture({
    prefix: name,
    database: {
      host: '127.0.0.1',
      port: stack.ports['source-db'],
      user: 'capture',
      password: secretRef('file', stack.credentials.file('capture'), 'password'),
    },
    tables: tables.map((table) => `${name}.${table}`),
    // What the demo's connector withholds, in a database of another name.
    withheld: project().withheld.map((column) => column.replace('bank.', `${name}.`)),
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId: 1000 + (crc32(name) % 1_000_000),
  });
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'e2e' });
  await transport.createTopics(one.topics);
  await connect.putConnector(one.name, one.config);
  await connect
    .waitUntilStreaming(one.name, { proof: 'snapshot-done', timeoutMs: limitMs, pollMs: 250 })
    .catch((error: Error) => withReport(error, stack, name));
}

export async function position(read: Connection): Promise<string | null> {
  return (await one<{ position: string | null }>(read, 'SELECT position FROM banyan_checkpoint')).position;
}

/** Whether a position of one domain is at least at another. */
export function atLeast(position: string | null, target: string): boolean {
  const sequence = (text: string) => BigInt(text.slice(text.lastIndexOf('-') + 1));
  return position !== null && position !== '' && sequence(position) >= sequence(target);
}
