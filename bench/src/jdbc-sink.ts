import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Part, readConfig } from '@banyan/stack';
import { inCache } from '../../stack/src/cache.ts';
import { verify } from '../../stack/src/checksums.ts';
import { readLayout } from '../../stack/src/layout.ts';
import { mavenPackage } from '../../stack/src/maven.ts';
import type { Rig } from './rig.ts';

const poms = join(import.meta.dirname, '../artefacts');
const checksums = join(poms, 'sha256.txt');
let started = 0;

/** The folder of the plugin's jars, its driver for MariaDB among them; fetched once. */
export async function jdbcSinkPlugin(rig: Rig): Promise<string> {
  const { cacheDir } = readConfig(process.env, { root: rig.folder, purpose: 'bench', portBase: 30_000 });
  const home = await inCache({ cacheDir, name: 'bench-jdbc-sink-3.5.0', say: rig.say }, async (fresh) => {
    await mavenPackage(poms, fresh, { env: process.env, say: rig.say });
    await rm(join(fresh, 'markers'), { recursive: true, force: true });
    await verify(fresh, checksums);
  });
  await verify(home, checksums);
  return join(home, 'debezium-connector-jdbc');
}

export interface SinkOptions {
  readonly database: string;
  readonly topic: string;
  readonly table: string;
}

/** A standalone Connect worker that runs Debezium's JDBC sink and nothing else, under the JVM's own defaults. */
export class JdbcSink {
  readonly #part: Part;
  readonly #recordFile: string;

  private constructor(part: Part, recordFile: string) {
    this.#part = part;
    this.#recordFile = recordFile;
  }

  static async start(rig: Rig, plugin: string, options: SinkOptions): Promise<JdbcSink> {
    const { java, artefacts } = readLayout(rig.folder);
    const name = `jdbc-sink-${++started}`;
    const folder = join(rig.folder, name);
    const port = rig.stack.ports['registry-admin'] + 10;
    const files = { worker: join(folder, 'worker.properties'), sink: join(folder, 'sink.properties') };
    const part = new Part(
      {
        name,
        ports: [port],
        graceMs: 20_000,
        command: [
          java,
          '-Xmx2g',
          '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
          '-cp',
          join(artefacts.kafka, '*'),
          'org.apache.kafka.connect.cli.ConnectStandalone',
          files.worker,
          files.sink,
        ],
        prepare: async () => {
          await mkdir(join(folder, 'plugins'), { recursive: true });
          await symlink(plugin, join(folder, 'plugins/jdbc'));
          await symlink(artefacts.converter, join(folder, 'plugins/converter'));
          await writeFile(files.worker, properties(workerProperties(rig, folder, port)));
          await writeFile(files.sink, properties(await sinkProperties(rig, name, options)));
        },
        answers: async () => {
          const response = await fetch(`http://127.0.0.1:${port}/connectors/${name}/status`);
          const { tasks = [] } = (await response.json()) as { tasks?: { state: string; trace?: string }[] };
          if (tasks[0]?.state !== 'RUNNING') throw new Error(JSON.stringify(tasks));
        },
      },
      rig.folder,
    );
    rig.onClose(() => part.stop());
    await part.start();
    await part.untilReady(600_000, () => {}); // it looks for plugins in every jar first
    return new JdbcSink(part, join(rig.folder, 'run', `${name}.json`));
  }

  async pid(): Promise<number> {
    return (JSON.parse(await readFile(this.#recordFile, 'utf8')) as { pid: number }).pid;
  }

  async stop(): Promise<void> {
    await this.#part.stop();
  }
}

function workerProperties({ stack }: Rig, folder: string, port: number): Record<string, string | number> {
  return {
    'bootstrap.servers': stack.kafka,
    listeners: `http://127.0.0.1:${port}`,
    'plugin.path': join(folder, 'plugins'),
    'offset.storage.file.filename': join(folder, 'offsets'),
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'config.providers': 'file',
    'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
    'config.providers.file.param.allowed.paths': stack.credentials.folder,
    'connector.client.config.override.policy': 'All',
  };
}

/**
 * What the connector's page and the driver's have for a fast load: batches of 5,000, one row of a key in each, bulk statements,
 * and polls large enough to fill a batch. One task, for the topic has one partition: a second one would have nothing to read.
 */
async function sinkProperties(
  { stack }: Rig,
  name: string,
  { database, topic, table }: SinkOptions,
): Promise<Record<string, string | number | boolean>> {
  const { host, port, user } = await stack.rootAccess('read-db');
  const converter = (side: 'key' | 'value') => ({
    [`${side}.converter`]: 'io.apicurio.registry.utils.converter.AvroConverter',
    [`${side}.converter.apicurio.registry.url`]: stack.registryNativeUrl,
    [`${side}.converter.apicurio.registry.as-confluent`]: true,
    [`${side}.converter.apicurio.registry.use-id`]: 'contentId',
    [`${side}.converter.apicurio.registry.headers.enabled`]: false,
  });
  return {
    name,
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'tasks.max': 1,
    topics: topic,
    'connection.url': `jdbc:mariadb://${host}:${port}/${database}?useBulkStmts=true&allowLocalInfile=false`,
    'connection.username': user,
    'connection.password': `\${file:${stack.credentials.file('read-db-root')}:password}`,
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_key',
    'delete.enabled': true,
    'schema.evolution': 'none',
    'collection.name.format': table,
    'batch.size': 5000,
    'use.reduction.buffer': true,
    'consumer.override.max.poll.records': 5000,
    'consumer.override.max.partition.fetch.bytes': 10_485_760,
    'consumer.override.isolation.level': 'read_committed',
    ...converter('key'),
    ...converter('value'),
  };
}

const properties = (entries: Readonly<Record<string, string | number | boolean>>): string =>
  `${Object.entries(entries)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
