import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artefacts } from './artefacts.ts';
import type { Ports } from './config.ts';
import type { Credentials } from './credentials.ts';
import { StackError } from './errors.ts';
import type { OwnJars } from './own-jars.ts';
import type { PartSpec } from './part.ts';
import { connect } from './parts/connect.ts';
import { Jvm } from './parts/jvm.ts';
import { kafka } from './parts/kafka.ts';
import { mariadb } from './parts/mariadb.ts';
import { registry } from './parts/registry.ts';
import { pluginsOf } from './plugins.ts';

/** Everything needed to find a stack again from another process; kept as `stack.json` in its data folder. */
export interface Layout {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly ports: Ports;
  readonly java: string;
  readonly artefacts: Artefacts;
  readonly ownJars: OwnJars;
}

const layoutFile = (dataDir: string): string => join(dataDir, 'stack.json');

/** Replaces the layout whole: others read it at any time. */
export async function writeLayout(layout: Layout): Promise<void> {
  const fresh = `${layoutFile(layout.dataDir)}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify(layout, null, 2));
  await rename(fresh, layoutFile(layout.dataDir));
}

/** Throws StackError `not-started` when no stack was ever started in the folder. */
export function readLayout(dataDir: string): Layout {
  const file = layoutFile(dataDir);
  if (!existsSync(file)) throw new StackError('not-started', `no stack in ${dataDir}; start one with: make demo`);
  // One that was started before Debezium had a jar of ours can still be stopped.
  const none: Pick<Layout, 'ownJars'> = { ownJars: { converter: '', debezium: '' } };
  return { ...none, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Layout>) } as Layout;
}

/** What each part of the stack is, on this layout. */
export function specsOf(layout: Layout, credentials: Credentials): PartSpec[] {
  const { java, cacheDir, dataDir, ports, artefacts, ownJars } = layout;
  const artefactsKey = createHash('sha256').update(JSON.stringify(artefacts)).digest('hex');
  const jvm = new Jvm({ java, cacheDir, dataDir, artefactsKey });
  const server = { home: artefacts.mariadb, dataDir, credentials };
  return [
    mariadb({ ...server, name: 'source-db', port: ports['source-db'], writesBinlog: true }),
    mariadb({ ...server, name: 'read-db', port: ports['read-db'], writesBinlog: false }),
    kafka({ home: artefacts.kafka, dataDir, port: ports.kafka, controllerPort: ports['kafka-controller'], jvm }),
    registry({ home: artefacts.registry, dataDir, port: ports.registry, adminPort: ports['registry-admin'], jvm }),
    connect({
      home: artefacts.kafka,
      plugins: pluginsOf(artefacts, ownJars),
      dataDir,
      secretsDir: credentials.folder,
      port: ports.connect,
      kafkaPort: ports.kafka,
      jvm,
    }),
  ];
}
