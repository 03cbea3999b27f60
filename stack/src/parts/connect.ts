import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartSpec } from '../part.ts';
import { ok } from './http.ts';
import type { Jvm } from './jvm.ts';

export interface ConnectOptions {
  readonly home: string;
  readonly plugins: readonly { readonly name: string; readonly folder: string }[];
  readonly dataDir: string;
  /** The only folder whose files a connector's configuration may refer to. */
  readonly secretsDir: string;
  readonly port: number;
  readonly kafkaPort: number;
  readonly jvm: Jvm;
}

/** One distributed Connect worker with exactly-once sources; secrets reach connectors through the file provider alone. */
export function connect(options: ConnectOptions): PartSpec {
  const folder = join(options.dataDir, 'connect');
  const properties = join(folder, 'worker.properties');
  const pluginPath = join(folder, 'plugins');
  return {
    name: 'connect',
    ports: [options.port],
    graceMs: 30_000,
    command: options.jvm.command(
      'connect',
      {
        heapMb: 768,
        classpath: join(options.home, '*'),
        properties: {
          'org.slf4j.simpleLogger.log.io.debezium': 'info',
          'org.slf4j.simpleLogger.log.org.apache.kafka.connect.runtime': 'info',
        },
      },
      'org.apache.kafka.connect.cli.ConnectDistributed',
      properties,
    ),
    prepare: async () => {
      await mkdir(pluginPath, { recursive: true });
      for (const plugin of options.plugins) {
        const link = join(pluginPath, plugin.name);
        if (!existsSync(link)) await symlink(plugin.folder, link);
      }
      await writeFile(properties, workerProperties(options, pluginPath));
    },
    answers: () => ok(`http://127.0.0.1:${options.port}/connectors`),
  };
}

function workerProperties(options: ConnectOptions, pluginPath: string): string {
  return `bootstrap.servers=127.0.0.1:${options.kafkaPort}
group.id=connect
listeners=http://127.0.0.1:${options.port}
rest.advertised.host.name=127.0.0.1
plugin.path=${pluginPath}
plugin.discovery=only_scan
exactly.once.source.support=enabled
config.storage.topic=connect-configs
offset.storage.topic=connect-offsets
offset.storage.partitions=1
status.storage.topic=connect-status
status.storage.partitions=1
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
config.providers=file
config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
config.providers.file.param.allowed.paths=${options.secretsDir}
connector.client.config.override.policy=All
offset.flush.interval.ms=1000
scheduled.rebalance.max.delay.ms=0
`;
}
