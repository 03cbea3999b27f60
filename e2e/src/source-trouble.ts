import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { captureUserStatements } from '@banyan/connectors';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { portsFrom, readConfig, Stack } from '@banyan/stack';
import type { Connection } from 'mysql2/promise';
import { connectorStates } from '../../cli/src/status/connectors.ts';
import { problemsIn } from '../../cli/src/status/judge.ts';
import { applyCapture, type Bridge } from './bridge.ts';
import { one, open, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';
import { withKafka } from './kafka.ts';

/** What `banyan status` finds wrong with the connectors now, by code, with the remedy. */
async function connectorProblems({ stack }: Bridge): Promise<ReadonlyMap<string, string | null>> {
  const { connectors, problem } = await connectorStates(stack, 10_000);
  const seen = {
    dataDir: '',
    parts: [{ name: 'x', state: 'answers', port: 1, reason: null } as const],
    projections: [],
  };
  const problems = problemsIn({ ...seen, connectors }, problem);
  return new Map(problems.map(({ code, remedy }) => [code, remedy]));
}

/** Waits until `banyan status` finds this; gives the remedy. */
export async function foundProblem(bridge: Bridge, code: string): Promise<string | null> {
  return eventually(`banyan status says ${code}`, async () => {
    const problems = await connectorProblems(bridge);
    if (problems.has(code)) return problems.get(code)!;
    throw new Error([...problems.keys()].join());
  });
}

export async function foundNoProblem(bridge: Bridge): Promise<void> {
  await eventually('banyan status finds nothing wrong', async () => (await connectorProblems(bridge)).size === 0);
}

/** Its offsets may be changed once its tasks are gone. */
export async function stopConnector({ connect, name }: Bridge): Promise<void> {
  await connect.stop(name);
  await eventually(`the connector ${name} is stopped`, async () => {
    const { connector, tasks } = await connect.status(name);
    return connector.state === 'STOPPED' && tasks.length === 0;
  });
}

/** Of a stopped connector. Source: KIP-875, `DELETE /connectors/{connector}/offsets`. */
export async function loseOffsets({ stack, name }: Bridge): Promise<void> {
  const answer = await fetch(`${stack.connectUrl}/connectors/${name}/offsets`, { method: 'DELETE' });
  if (!answer.ok) throw new Error(`offsets of ${name}: ${answer.status} ${await answer.text()}`);
}

/** As whoever applies the connector makes it. */
export async function createTopic(bridge: Bridge, topic: string): Promise<void> {
  await using transport = kafkaJsTransport({ brokers: [bridge.stack.kafka], clientId: 'harm' });
  await transport.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
}

export async function deleteTopics(bridge: Bridge, topics: readonly string[]): Promise<void> {
  await withKafka(bridge, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    const here = async () => (await admin.listTopics()).filter((topic) => topics.includes(topic));
    await admin.deleteTopics({ topics: await here() });
    await eventually(`${topics} are gone`, async () => (await here()).length === 0);
    await admin.disconnect();
  });
}

/** All but the newest file. One that is still sent to a reader stays: the server notices late that a reader is gone. */
export async function purgeBinlog({ source }: Bridge): Promise<void> {
  const logs = () => rows<{ Log_name: string }>(source, 'SHOW BINARY LOGS');
  await eventually('the binlog is purged', async () => {
    await source.query('FLUSH BINARY LOGS');
    await source.query('PURGE BINARY LOGS TO ?', [(await logs()).at(-1)!.Log_name]);
    return (await logs()).length === 1;
  });
}

/**
 * The remedy of `schema-history-lost` and of `position-unknown`: the schemas of now stand in for the lost ones. The connector is
 * back to its own configuration when this ends; so it has been started once more, from what it wrote down.
 */
export async function recoverSchemaHistory(bridge: Bridge): Promise<void> {
  const { connect, name } = bridge;
  const config = await connect.config(name);
  await stopConnector(bridge);
  await deleteTopics(bridge, [`${name}.schema-history`]);
  await connect.putConnector(name, { ...config, 'snapshot.mode': 'recovery' });
  await connect.resume(name);
  // What is committed now is captured after the schemas were written down.
  await bridge.source.query('INSERT INTO commits SELECT MAX(id) + 1 FROM commits');
  await bridge.caughtUp();
  await stopConnector(bridge);
  await connect.putConnector(name, config);
  await connect.resume(name);
}

/** The remedy when changes are in no topic any more; the read model's database is made anew too. */
export async function captureAnew(bridge: Bridge, tables: readonly string[]): Promise<void> {
  const { connect, name, stack } = bridge;
  await stopConnector(bridge);
  await loseOffsets(bridge);
  await connect.remove(name);
  await deleteTopics(bridge, [
    ...['transaction', 'schema-history', 'corrections', ...tables.map((table) => `${name}.${table}`)].map(
      (topic) => `${name}.${topic}`,
    ),
  ]);
  await emptyReadModel(bridge);
  await applyCapture(stack, connect, name, tables);
  // The first commit after the snapshot tells the position.
  await bridge.source.query('INSERT INTO commits SELECT MAX(id) + 1 FROM commits');
}

/** The read model's database as mariadb-dump writes it, from one transaction; or the source's. */
export async function dumpOf({ stack, name }: Bridge, server: 'read-db' | 'source-db' = 'read-db'): Promise<string> {
  const { artefacts } = JSON.parse(await readFile(join(stack.dataDir, 'stack.json'), 'utf8')) as {
    artefacts: { mariadb: string };
  };
  const { host, port, user, password } = await stack.rootAccess(server);
  const { stdout } = await promisify(execFile)(
    join(artefacts.mariadb, 'bin/mariadb-dump'),
    ['--no-defaults', `--host=${host}`, `--port=${port}`, `--user=${user}`, '--single-transaction', name],
    { env: { MYSQL_PWD: password }, maxBuffer: 1 << 26 },
  );
  return stdout;
}

export async function emptyReadModel({ read, name }: Bridge): Promise<void> {
  await read.query(`DROP DATABASE \`${name}\`; CREATE DATABASE \`${name}\`; USE \`${name}\``);
}

/** Puts a dump in the place of the read model, as after a loss of its server. */
export async function restore(bridge: Bridge, dump: string): Promise<void> {
  await emptyReadModel(bridge);
  await bridge.read.query(dump);
}

export interface Replica {
  readonly connection: Connection;
  readonly port: number;
  stop(): Promise<void>;
}

/** A server of its own that replicates from the source, from now on. */
export async function openReplica(bridge: Bridge): Promise<Replica> {
  const { stack, name } = bridge;
  const config = readConfig(process.env, { root: stack.dataDir, purpose: 'replica', portBase: 20_000 });
  const dataDir = join(stack.dataDir, 'replica');
  const server = await Stack.prepare({ ...config, dataDir, ports: portsFrom(await freePorts(8)) }, () => {});
  await server.start({ parts: ['source-db'], progress: () => {} });
  const root = await server.rootAccess('source-db');
  const admin = await open(root);
  await admin.query('SET GLOBAL server_id = 2');
  await admin.query(`SET sql_log_bin = 0; CREATE DATABASE \`${name}\`; USE \`${name}\``);
  await admin.query(await dumpOf(bridge, 'source-db'));
  const capture = { name: 'capture', host: '127.0.0.1', password: await stack.credentials.password('capture') };
  for (const statement of captureUserStatements(capture)) await admin.query(statement);
  const { host, port, user, password } = await stack.rootAccess('source-db');
  await admin.query('SET GLOBAL gtid_slave_pos = ?', [await bridge.sourcePosition()]);
  await admin.query(
    `CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ?, MASTER_USER = ?, MASTER_PASSWORD = ?, MASTER_SSL = 0,
     MASTER_USE_GTID = slave_pos; START SLAVE`,
    [host, port, user, password],
  );
  await admin.end();
  // A session has the server id of when it began.
  const connection = await open({ ...root, database: name });
  return {
    connection,
    port: root.port,
    stop: async () => {
      connection.destroy();
      await server.stop();
    },
  };
}

/** Makes it a server of its own once it has replicated so much; what the source commits later it lacks. */
export async function promote({ connection }: Replica, position: string): Promise<void> {
  const { waited } = await one<{ waited: string }>(connection, 'SELECT MASTER_GTID_WAIT(?, 20) AS waited', [position]);
  if (String(waited) !== '0') throw new Error(`the replica has not reached ${position} within 20 s`);
  await connection.query('STOP SLAVE; RESET SLAVE ALL');
}
