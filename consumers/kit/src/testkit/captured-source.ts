import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { capture, captureGrants } from '@banyan/connectors';
import type { Stack } from '@banyan/stack';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import kafkajs from 'kafkajs';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { type Projection, Projector, type ProjectorFacts, type ProjectorOptions } from '../projection/index.ts';
import { type DatabaseAccess, exactOptions } from '../read-store/index.ts';
import { kafkaJsTransport } from '../transport/index.ts';
import { eventually } from './eventually.ts';
import { testStack } from './test-stack.ts';

/**
 * A database on the source server with a connector of its own, and a database for its read model: all of one name that no
 * other test has, all gone when it is closed.
 */
export class CapturedSource {
  readonly name = `kit_${randomUUID().slice(0, 8)}`;
  readonly stack: Stack = testStack();
  readonly #server: Stack;
  readonly #connect = new ConnectClient({ url: this.stack.connectUrl });
  #connections: { readonly source: Connection; readonly read: Connection } | null = null;
  #topics: readonly string[] = [];
  readonly #marks = `${this.name}_marks`;

  private constructor(server?: Stack) {
    this.#server = server ?? this.stack;
  }

  /** `server`: whose source server it is on; the test stack's unless said. */
  static async open(server?: Stack): Promise<CapturedSource> {
    const captured = new CapturedSource(server);
    const [source, read] = await Promise.all(
      (['source-db', 'read-db'] as const).map(async (name) => {
        const stack = name === 'source-db' ? captured.#server : captured.stack;
        const connection = await connect({ ...(await stack.rootAccess(name)), database: '' });
        await connection.query('CREATE DATABASE ?? CHARACTER SET utf8mb4', [captured.name]);
        await connection.changeUser({ database: captured.name });
        await connection.query("SET SESSION time_zone = '+00:00'");
        return connection;
      }),
    );
    await source!.query('CREATE DATABASE ??', [captured.#marks]);
    await source!.query('CREATE TABLE ??.marks (id INT PRIMARY KEY AUTO_INCREMENT)', [captured.#marks]);
    captured.#connections = { source: source!, read: read! };
    return captured;
  }

  get source(): Connection {
    return this.#connections!.source;
  }

  get read(): Connection {
    return this.#connections!.read;
  }

  async readAccess(): Promise<DatabaseAccess> {
    return { ...(await this.stack.rootAccess('read-db')), database: this.name };
  }

  /** Starts a connector for these tables, there or not yet, and waits until it streams. */
  async capture(tables: readonly string[]): Promise<void> {
    const password = await this.stack.credentials.password('capture');
    // Not replaced: another test's connector may be connecting with it.
    await this.source.query('SET SESSION sql_log_bin = 0');
    await this.source.query("CREATE USER IF NOT EXISTS capture@'127.0.0.1' IDENTIFIED BY ?", [password]);
    await this.source.query(`GRANT ${captureGrants.join(', ')} ON *.* TO capture@'127.0.0.1'`);
    await this.source.query('SET SESSION sql_log_bin = 1');
    const { config, topics } = capture({
      prefix: this.name,
      database: {
        host: '127.0.0.1',
        port: this.#server.ports['source-db'],
        user: 'capture',
        password: secretRef('file', this.stack.credentials.file('capture'), 'password'),
      },
      tables: tables.map((table) => `${this.name}.${table}`),
      kafka: [this.stack.kafka],
      registryUrl: this.stack.registryNativeUrl,
      serverId: 1000 + (crc32(this.name) % 1_000_000),
    });
    this.#topics = [...topics.map(({ topic }) => topic), `${this.name}.schema-history`];
    await using transport = kafkaJsTransport({ brokers: [this.stack.kafka], clientId: 'kit-test' });
    await transport.createTopics(topics);
    await this.#connect.putConnector(this.name, config);
    await this.#connect.waitUntilStreaming(this.name, { proof: 'snapshot-done', timeoutMs: 120_000, pollMs: 100 });
  }

  /** As in production: one who may read, and nothing else. */
  async #captureAccess(): Promise<Omit<DatabaseAccess, 'database'>> {
    const [port, password] = [this.#server.ports['source-db'], await this.stack.credentials.password('capture')];
    return { host: '127.0.0.1', port, user: 'capture', password };
  }

  /** Waits until the connector's task has failed; gives its trace. */
  untilFailed(): Promise<string> {
    return eventually(`the connector ${this.name} fails`, async () => {
      const [task] = (await this.#connect.status(this.name)).tasks;
      return task?.state === 'FAILED' && JSON.stringify(task.trace);
    });
  }

  async projectorOptions(projection: Projection): Promise<ProjectorOptions> {
    return {
      projection,
      topicPrefix: this.name,
      database: await this.readAccess(),
      source: await this.#captureAccess(),
      registryUrl: this.stack.registryUrl,
      transport: () => kafkaJsTransport({ brokers: [this.stack.kafka], clientId: 'kit-test' }),
    };
  }

  /**
   * The GTID of a commit of its own, after all that were made here before, in no captured table. The newest of the server may
   * be another test's DDL: a position moves over that with the next commit only, and there may be none.
   */
  async mark(): Promise<string> {
    await this.source.query('INSERT INTO ??.marks VALUES ()', [this.#marks]);
    const [row] = await this.texts('source', 'SELECT @@last_gtid AS position');
    return row!.position!;
  }

  /** Runs a projector until it has applied all that the source has committed by now. */
  async catchUp(projection: Projection): Promise<void> {
    const position = await this.mark();
    const goal = sequence(position);
    await this.#runUntil(
      projection,
      `reaches ${position}`,
      ({ position }) => position !== null && sequence(position) >= goal,
    );
  }

  /** Runs a projector until it has stopped; gives what it says then. */
  untilStopped(projection: Projection): Promise<ProjectorFacts> {
    return this.#runUntil(projection, 'stops', ({ state }) => state === 'stopped');
  }

  async #runUntil(
    projection: Projection,
    what: string,
    done: (facts: ProjectorFacts) => boolean,
  ): Promise<ProjectorFacts> {
    const stop = new AbortController();
    const projector = new Projector(await this.projectorOptions(projection));
    const running = projector.run(stop.signal);
    try {
      return await eventually(`${projection.name} ${what}`, () => {
        const facts = projector.facts();
        if (done(facts)) return facts;
        throw new Error(`${facts.state} at ${facts.position}: ${facts.reason}`);
      });
    } finally {
      stop.abort();
      await running;
    }
  }

  /** Rows of the source's or the read model's database, values as the driver got them: exact, as text. */
  async texts(side: 'source' | 'read', sql: string): Promise<Record<string, string | null>[]> {
    const [rows] = await this[side].query<RowDataPacket[]>(sql);
    return rows as Record<string, string | null>[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connect.remove(this.name).catch(() => {});
    if (this.#topics.length > 0) {
      const admin = new kafkajs.Kafka({ brokers: [this.stack.kafka], logLevel: kafkajs.logLevel.NOTHING }).admin();
      await admin.connect();
      const there = (await admin.listTopics()).filter((topic) => this.#topics.includes(topic));
      await admin.deleteTopics({ topics: there });
      await admin.disconnect();
    }
    await this.source.query('DROP DATABASE IF EXISTS ??', [this.#marks]).catch(() => {});
    for (const connection of [this.source, this.read]) {
      await connection.query('DROP DATABASE IF EXISTS ??', [this.name]).catch(() => {});
      connection.destroy();
    }
  }
}

function connect(access: DatabaseAccess): Promise<Connection> {
  return mysql.createConnection({ ...exactOptions(access), multipleStatements: true });
}

const sequence = (position: string): bigint => BigInt(position.slice(position.lastIndexOf('-') + 1));
