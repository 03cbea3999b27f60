// For tests: a real worker with the very configuration of the KafkaConnect, as far as Strimzi's operator would pass it on.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Part, type Stack } from '@banyan/stack';
import { freePorts } from '../../../../e2e/src/free-ports.ts';
import { propertiesFile } from '../../../../stack/src/parts/properties.ts';
import { clusterCa, kafkaUserOf } from '../bridge.ts';
import type { KubeObject } from '../objects.ts';
import { filesOf, type SecuredBroker } from './broker.ts';

interface WorkerSpec {
  readonly groupId: string;
  readonly configStorageTopic: string;
  readonly offsetStorageTopic: string;
  readonly statusStorageTopic: string;
  readonly config: Readonly<Record<string, string | number | boolean>>;
}

export class SecuredWorker {
  readonly url: string;
  /** What stands for /mnt in the pods. */
  readonly mnt: string;
  readonly part: Part;

  private constructor(url: string, mnt: string, part: Part) {
    this.url = url;
    this.mnt = mnt;
    this.part = part;
  }

  /** With the plugins of the running stack; `connect` is the KafkaConnect. */
  static async start(folder: string, stack: Stack, broker: SecuredBroker, connect: KubeObject): Promise<SecuredWorker> {
    const { java, artefacts } = await filesOf(stack);
    const port = await freePorts(1);
    const mnt = join(folder, 'mnt');
    const jaas = await mount(mnt, stack, broker);
    const properties = join(folder, 'worker.properties');
    const security = {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': jaas,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': join(mnt, 'kafka-ca', clusterCa.key),
    };
    const spec = connect.spec as unknown as WorkerSpec;
    const settings = {
      'bootstrap.servers': broker.address,
      'group.id': spec.groupId,
      'config.storage.topic': spec.configStorageTopic,
      'offset.storage.topic': spec.offsetStorageTopic,
      'status.storage.topic': spec.statusStorageTopic,
      listeners: `http://127.0.0.1:${port}`,
      'rest.advertised.host.name': '127.0.0.1',
      'plugin.path': join(stack.dataDir, 'connect/plugins'),
      'plugin.discovery': 'service_load',
      ...Object.fromEntries(
        ['', 'admin.', 'consumer.', 'producer.'].flatMap((prefix) =>
          Object.entries(security).map(([key, value]) => [`${prefix}${key}`, value]),
        ),
      ),
      ...Object.fromEntries(Object.entries(spec.config).map(([key, value]) => [key, here(String(value), mnt)])),
    };
    await writeFile(properties, propertiesFile(settings), { mode: 0o600 });
    const log = '-Dorg.slf4j.simpleLogger';
    const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `${log}.defaultLogLevel=warn`];
    const classPath = ['-cp', join(artefacts.kafka, '*')];
    const part = new Part(
      {
        name: 'secured-connect',
        command: [java, ...jvm, ...classPath, 'org.apache.kafka.connect.cli.ConnectDistributed', properties],
        ports: [port],
        graceMs: 20_000,
        prepare: async () => {},
        answers: async () => {
          const { status } = await fetch(`http://127.0.0.1:${port}/connectors`);
          if (status !== 200) throw new Error(`HTTP ${status}`);
        },
      },
      folder,
    );
    await part.start();
    await part.untilReady(120_000, () => {});
    return new SecuredWorker(`http://127.0.0.1:${port}`, mnt, part);
  }

  /** A setting of a pod, with its folders where they are here. */
  here(value: string): string {
    return here(value, this.mnt);
  }
}

const here = (value: string, mnt: string): string => value.replaceAll('/mnt/', `${mnt}/`);

/** The Secrets as the pods have them mounted. Returns how the worker itself logs in. */
async function mount(mnt: string, stack: Stack, broker: SecuredBroker): Promise<string> {
  const user = kafkaUserOf('connect');
  const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required';
  const jaas = `${login} username="${user}" password="${broker.passwords.get(user)}";`;
  const files = {
    'source-db-capture/password': await stack.credentials.password('capture'),
    'connect-kafka/sasl.jaas.config': jaas,
    [`kafka-ca/${clusterCa.key}`]: broker.ca,
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(mnt, file, '..'), { recursive: true });
    await writeFile(join(mnt, file), text, { mode: 0o600 });
  }
  return jaas;
}
