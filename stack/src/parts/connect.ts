import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PartSpec } from '../part.ts';
import { ok } from './http.ts';
import type { Jvm } from './jvm.ts';
import { propertiesFile } from './properties.ts';
import { storedZip } from './stored-zip.ts';

export interface ConnectPlugin {
  readonly name: string;
  readonly folder: string;
  /** Jars that stand beside those of the folder, with their own manifests. */
  readonly jars?: readonly string[];
  /** Classes of converters that the jars do not name in META-INF/services themselves. */
  readonly converters?: readonly string[];
}

export interface ConnectOptions {
  readonly home: string;
  readonly plugins: readonly ConnectPlugin[];
  readonly dataDir: string;
  /** The only folder whose files a connector's configuration may refer to. */
  readonly secretsDir: string;
  readonly port: number;
  readonly kafkaPort: number;
  readonly jvm: Jvm;
}

/** What the bridge needs of any worker: exactly-once sources, and a task that is taken over at once. */
export const workerSettings = {
  'exactly.once.source.support': 'enabled',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'offset.flush.interval.ms': 1000,
  'scheduled.rebalance.max.delay.ms': 0,
} as const;

/** One distributed Connect worker with exactly-once sources; secrets reach connectors through the file provider alone. */
export function connect(options: ConnectOptions): PartSpec {
  const folder = join(options.dataDir, 'connect');
  const properties = join(folder, 'worker.properties');
  const pluginPath = join(folder, 'plugins');
  return {
    name: 'connect',
    ports: [options.port],
    graceMs: 30_000,
    get command() {
      const log = 'org.slf4j.simpleLogger.log';
      return options.jvm.command(
        'connect',
        {
          heapMb: 768,
          classpath: join(options.home, '*'),
          properties: {
            [`${log}.io.debezium`]: 'info',
            // After a restart it tells every row that it reads again, values and all.
            [`${log}.io.debezium.connector.binlog.BinlogStreamingChangeEventSource`]: 'warn',
            [`${log}.org.apache.kafka.connect.runtime`]: 'info',
          },
        },
        'org.apache.kafka.connect.cli.ConnectDistributed',
        properties,
      );
    },
    prepare: async () => {
      await options.jvm.prepare('connect');
      // The file provider does not start when its folder is not there, and no database may have made it yet.
      await mkdir(options.secretsDir, { recursive: true, mode: 0o700 });
      // Made anew each time: after an update of the artefacts the old links would lead to the old versions.
      await rm(pluginPath, { recursive: true, force: true });
      for (const plugin of options.plugins) await layOut(plugin, join(pluginPath, plugin.name));
      await writeFile(properties, propertiesFile(workerProperties(options, pluginPath)));
    },
    answers: () => ok(`http://127.0.0.1:${options.port}/connectors`),
  };
}

/**
 * Links the jars and adds the service manifest that a jar lacks. With manifests for all, Connect need not load every class of
 * every jar to find its plugins, which took it some ten seconds of one core. Source: KIP-898.
 */
export async function layOut(plugin: ConnectPlugin, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await symlink(plugin.folder, join(folder, 'jars'));
  for (const jar of plugin.jars ?? []) await symlink(jar, join(folder, basename(jar)));
  if (!plugin.converters) return;
  const manifest = 'META-INF/services/org.apache.kafka.connect.storage.Converter';
  await writeFile(join(folder, 'manifest.jar'), storedZip({ [manifest]: `${plugin.converters.join('\n')}\n` }));
}

function workerProperties(options: ConnectOptions, pluginPath: string): Record<string, string | number | boolean> {
  return {
    'bootstrap.servers': `127.0.0.1:${options.kafkaPort}`,
    // It starts together with Kafka, and by default would give up after a minute: too soon for a busy machine's first start.
    'default.api.timeout.ms': 300_000,
    'group.id': 'connect',
    listeners: `http://127.0.0.1:${options.port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'plugin.path': pluginPath,
    'plugin.discovery': 'service_load',
    ...workerSettings,
    'config.storage.topic': 'connect-configs',
    'offset.storage.topic': 'connect-offsets',
    'offset.storage.partitions': 1,
    'status.storage.topic': 'connect-status',
    'status.storage.partitions': 1,
    'config.storage.replication.factor': 1,
    'offset.storage.replication.factor': 1,
    'status.storage.replication.factor': 1,
    'config.providers': 'file',
    'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
    'config.providers.file.param.allowed.paths': options.secretsDir,
    'connector.client.config.override.policy': 'All',
  };
}
