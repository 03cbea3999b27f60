import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '@banyan/cli';
import { captureGrants } from '@banyan/connectors';
import { type DatabaseAccess, KitError, mirror, Projector, Session } from '@banyan/kit';
import { type KafkaAccess, kafkaClients, type Transport, transportOn } from '@banyan/kit/transport';
import { Stack } from '@banyan/stack';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConnectClient } from 'debezium-connect-client';
import { captureOf, kafkaUserOf, topicPrefix } from '../bridge.ts';
import { connect, kafkaConnector } from '../connect.ts';
import { topics } from '../topics.ts';
import { connectUser, serviceUser, topicJobUser } from '../users.ts';
import { SecuredBroker } from './broker.ts';
import { SecuredWorker } from './worker.ts';

jest.setTimeout(180_000);

const id = `sec_${randomUUID().slice(0, 8)}`;
/** Two services of nobody, each with a table that the other one does not read. */
const [ones, twos] = ['ones', 'twos'].map((name): Service => {
  const columns = { id: 'bigint', text: 'varchar(40)' } as const;
  const tables = { [name]: { source: `${id}.${name}`, key: ['id'], path: `/${name}`, columns } };
  return { name, projection: mirror({ name, tables }), main: '' };
}) as [Service, Service];
const capture = captureOf([ones, twos]);
const tableTopic = ({ projection }: Service) => `${topicPrefix}.${projection.tables[0]!.source}`;
const users = ['ones', 'twos', 'connect', 'connector', 'nobody'].map(kafkaUserOf);

let folder: string;
let broker: SecuredBroker;
const open: Transport[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-secured-'));
  broker = await SecuredBroker.start(folder, stackOf(), users);
  for (const user of [serviceUser(ones), serviceUser(twos), connectUser(capture), topicJobUser(capture)])
    await broker.grant(user);
  const job = await transport('kafkajs', 'connector');
  // One broker has one copy.
  await job.createTopics(capture.topics.map((one) => ({ ...one, replicationFactor: 1 })));
  const made = new Set(capture.topics.map(({ topic }) => topic));
  await broker.makeTopics(topics(capture).filter(({ spec }) => !made.has(spec!.topicName as string)));
});

afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  await broker?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe.each(kafkaClients)('a service by %s', (client) => {
  const start = (topic: string) => ({ topic, partition: 0, offset: 0n });

  it('reads its own topics', async () => {
    const own = await transport(client, 'ones');
    const read = [tableTopic(ones), 'bank.transaction', 'bank.corrections', '__debezium-heartbeat.bank'];
    expect([...(await own.describe(read)).keys()].sort()).toEqual(read.sort());
    // Kafka makes its own topic of groups when the first one asks.
    const reader = await eventually('a reader', () => own.read(read.map(start)));
    await expect(reader.next(300)).resolves.toEqual(expect.anything());
    await reader.close();
  });

  it('reads no other’s, and says what it may not', async () => {
    const own = await transport(client, 'ones');
    await refused(own.describe([tableTopic(twos)]), /authoriz/i);
    await refused(own.read([start(tableTopic(twos))]), /authoriz/i);
    await refused(own.describe(['bank.schema-history']), /authoriz/i);
  });

  it('writes nothing, not even to its own', async () => {
    const own = await transport(client, 'ones');
    for (const topic of [tableTopic(ones), 'bank.corrections'])
      await refused(own.publish(topic, [Buffer.from('no')]), /authoriz/i);
  });

  it('is let in by its own password alone', async () => {
    const user = { name: kafkaUserOf('ones'), password: broker.passwords.get(kafkaUserOf('twos'))! };
    const own = await transport(client, 'ones', { ca: broker.ca, user });
    await refused(own.describe([tableTopic(ones)]), /authentication/i);
    const nobody = await transport(client, 'ones', { ca: broker.ca, user: null });
    await expect(nobody.describe([tableTopic(ones)])).rejects.toThrow(KitError);
  });

  it('shows its password to no broker that is not Kafka’s', async () => {
    const { user } = accessOf('ones');
    const own = await transport(client, 'ones', { ca: broker.otherCa, user });
    await refused(own.describe([tableTopic(ones)]), /certificate/i);
  });

  it('may do nothing that nobody has granted', async () => {
    const nobody = await transport(client, 'nobody');
    expect(await nobody.topics()).toEqual([]);
    await refused(nobody.describe(['bank.transaction']), /authoriz/i);
  });
});

it('a service joins no group of another’s', async () => {
  const own = await transport('kafkajs', 'ones', accessOf('ones'), 'banyan-twos');
  const reading = own.read([{ topic: tableTopic(ones), partition: 0, offset: 0n }]);
  await refused(reading, /may read in no group that begins with banyan-twos\.reader-/);
});

describe('the worker and its connector, as Strimzi’s objects have them', () => {
  let worker: SecuredWorker | undefined;
  let source: Session;
  let read: Session;
  beforeAll(async () => {
    source = await Session.open(await access('source-db'));
    read = await Session.open(await access('read-db'));
    await source.run(`CREATE DATABASE ${id}`);
    await read.run(`CREATE DATABASE ${id}`);
    for (const name of ['ones', 'twos'])
      await source.run(`CREATE TABLE ${id}.${name} (id BIGINT PRIMARY KEY, text VARCHAR(40))`);
    await source.run(`INSERT INTO ${id}.ones VALUES (1, 'of the snapshot')`);
    const password = await stackOf().credentials.password('capture');
    await source.run('SET SESSION sql_log_bin = 0');
    await source.run("CREATE USER IF NOT EXISTS capture@'127.0.0.1' IDENTIFIED BY ?", [password]);
    await source.run(`GRANT ${captureGrants.join(', ')} ON *.* TO capture@'127.0.0.1'`);
    await source.run('SET SESSION sql_log_bin = 1');
    worker = await SecuredWorker.start(folder, stackOf(), broker, connect(capture)[0]!);
  });

  afterAll(async () => {
    await worker?.part.stop();
    for (const session of [source, read]) {
      await session?.run(`DROP DATABASE IF EXISTS ${id}`).catch(() => {});
      await session?.[Symbol.asyncDispose]();
    }
  });

  it('capture with the rights of their user, and a service projects with its own', async () => {
    const client = new ConnectClient({ url: worker!.url });
    await client.putConnector('bank', connectorHere());
    await client.waitUntilStreaming('bank', { proof: 'snapshot-done', timeoutMs: 90_000, pollMs: 200 });
    await source.run(`INSERT INTO ${id}.ones VALUES (2, 'of the stream')`);

    await projects(['of the snapshot', 'of the stream']);
  });

  it('go on after a restart, for which the schema history is read again', async () => {
    const client = new ConnectClient({ url: worker!.url });
    await client.restart('bank', { includeTasks: true });
    await client.waitUntilStreaming('bank', { timeoutMs: 60_000, pollMs: 200 });
    await source.run(`INSERT INTO ${id}.ones VALUES (3, 'of the task after it')`);
    await projects(['of the snapshot', 'of the stream', 'of the task after it']);
  });

  it('override nothing else of a client', async () => {
    const client = new ConnectClient({ url: worker!.url });
    const harmful = { ...connectorHere(), 'producer.override.sasl.jaas.config': 'com.example.Login required;' };
    await expect(client.putConnector('harmful', harmful)).rejects.toMatchObject({ code: 'invalid-config' });
  });

  /** Runs a projector until the read model has so many rows, which must be these. */
  async function projects(texts: readonly string[]): Promise<void> {
    const stop = new AbortController();
    const projector = await projectorOf(ones);
    const running = projector.run(stop.signal);
    try {
      const rows = await eventually('the rows', async () => {
        const seen = await read.rows<{ text: string }>(`SELECT text FROM ${id}.ones ORDER BY id`);
        const { state, code, reason } = projector.facts();
        if (seen.length < texts.length) throw new Error(`${seen.length}; the projector: ${state} ${code} ${reason}`);
        return seen;
      });
      expect(rows.map(({ text }) => text)).toEqual(texts);
    } finally {
      stop.abort();
      await running;
    }
  }

  /** The KafkaConnector's configuration, with the addresses and folders of this machine. */
  function connectorHere(): Record<string, string> {
    const { spec } = kafkaConnector(capture);
    const {
      class: connectorClass,
      tasksMax,
      config,
    } = spec as unknown as {
      class: string;
      tasksMax: number;
      config: Record<string, string>;
    };
    const stack = stackOf();
    const changed: Record<string, string> = {
      'database.hostname': '127.0.0.1',
      'database.port': String(stack.ports['source-db']),
      'schema.history.internal.kafka.bootstrap.servers': broker.address,
      'key.converter.apicurio.registry.url': stack.registryNativeUrl,
      'value.converter.apicurio.registry.url': stack.registryNativeUrl,
      // No other test's.
      'database.server.id': String(2_000_000 + (process.pid % 100_000)),
    };
    const all = { ...config, ...changed };
    const here = Object.entries(all).map(([key, value]) => [key, worker!.here(value)]);
    return { 'connector.class': connectorClass, 'tasks.max': String(tasksMax), ...Object.fromEntries(here) };
  }

  async function projectorOf({ name, projection }: Service): Promise<Projector> {
    const stack = stackOf();
    const make = await transportOn('kafkajs');
    const options = { brokers: [broker.address], clientId: `banyan-${name}`, access: accessOf(name) };
    return new Projector({
      projection,
      topicPrefix,
      database: { ...(await access('read-db')), database: id },
      source: null,
      registryUrl: stack.registryUrl,
      transport: () => make(options),
    });
  }
});

/** Until it gives something; throws what was wrong the last time, at the limit. */
async function eventually<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  let wrong: unknown = 'nothing';
  for (const until = Date.now() + 30_000; Date.now() < until; await delay(100)) {
    const seen = await look().catch((error: unknown) => {
      wrong = error;
      return null;
    });
    if (seen !== null) return seen;
  }
  throw new Error(`${what}: not within 30 s: ${wrong}`);
}

function stackOf(): Stack {
  const dataDir = process.env.BANYAN_STACK;
  if (!dataDir) throw new Error('BANYAN_STACK is not set: int tests want a running stack; run them through: make test');
  return Stack.open(dataDir);
}

async function access(server: 'source-db' | 'read-db'): Promise<DatabaseAccess> {
  return { ...(await stackOf().rootAccess(server)), database: 'mysql' };
}

function accessOf(name: string): KafkaAccess {
  const user = kafkaUserOf(name);
  return { ca: broker.ca, user: { name: user, password: broker.passwords.get(user)! } };
}

async function transport(
  client: (typeof kafkaClients)[number],
  name: string,
  access: KafkaAccess = accessOf(name),
  clientId = `banyan-${name}`,
): Promise<Transport> {
  const one = (await transportOn(client))({ brokers: [broker.address], clientId, access });
  open.push(one);
  return one;
}

async function refused(doing: Promise<unknown>, says: RegExp): Promise<void> {
  const error = await doing.then(
    () => new Error('it was let'),
    (thrown: unknown) => thrown as Error,
  );
  expect(error).toBeInstanceOf(KitError);
  expect(error.message).toMatch(says);
}
