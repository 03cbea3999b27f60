// For tests: one real broker with TLS, SCRAM and ACLs, made of what the running stack is made of. Its own people come in by another door.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerSettings, Part, type Stack } from '@banyan/stack';
import { runTool } from '@banyan/stack/fetching';
import kafkajs, { type Admin } from 'kafkajs';
import { freePorts } from '../../../../e2e/src/free-ports.ts';
import { propertiesFile } from '../../../../stack/src/parts/properties.ts';
import type { KubeObject } from '../objects.ts';
import type { Acl } from '../users.ts';

/** What a stack keeps in its data folder for other processes. */
export interface StackFiles {
  readonly java: string;
  readonly artefacts: { readonly kafka: string };
}

export async function filesOf(stack: Stack): Promise<StackFiles> {
  return JSON.parse(await readFile(join(stack.dataDir, 'stack.json'), 'utf8')) as StackFiles;
}

export class SecuredBroker {
  /** TLS and SCRAM alone; named as its certificate names it. */
  readonly address: string;
  /** PEM. */
  readonly ca: string;
  /** Of another broker, which nobody trusts who trusts this one. */
  readonly otherCa: string;
  readonly passwords: ReadonlyMap<string, string>;
  readonly admin: Admin;
  readonly #part: Part;

  private constructor(fields: Pick<SecuredBroker, 'address' | 'ca' | 'otherCa' | 'passwords' | 'admin'>, part: Part) {
    this.address = fields.address;
    this.ca = fields.ca;
    this.otherCa = fields.otherCa;
    this.passwords = fields.passwords;
    this.admin = fields.admin;
    this.#part = part;
  }

  /** With users of these names, who may do nothing yet. */
  static async start(folder: string, stack: Stack, users: readonly string[]): Promise<SecuredBroker> {
    const { java, artefacts } = await filesOf(stack);
    const open = await freePorts(3);
    const [secured, controller] = [open + 1, open + 2];
    const [ca, otherCa] = await Promise.all(['broker', 'other'].map((name) => certificate(folder, name)));
    const passwords = new Map(users.map((user) => [user, randomBytes(18).toString('base64url')]));
    const properties = join(folder, 'server.properties');
    await writeFile(properties, propertiesFile(serverProperties(folder, { open, secured, controller })));
    const jvm: Command = [
      java,
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(artefacts.kafka, '*'),
    ];
    for (const sub of ['log', 'run']) await mkdir(join(folder, sub), { recursive: true });
    const kafka = new kafkajs.Kafka({ brokers: [`127.0.0.1:${open}`], logLevel: kafkajs.logLevel.NOTHING });
    const admin = kafka.admin();
    const part = new Part(
      {
        name: 'secured-kafka',
        command: [...jvm, 'kafka.Kafka', properties],
        ports: [open, secured, controller],
        graceMs: 20_000,
        prepare: () => format(jvm, folder, properties, passwords),
        answers: async () => {
          await admin.connect();
          await admin.describeCluster();
        },
      },
      folder,
    );
    await part.start();
    await part.untilReady(60_000, () => {});
    return new SecuredBroker({ address: `localhost:${secured}`, ca: ca!, otherCa: otherCa!, passwords, admin }, part);
  }

  /** A KafkaTopic, as Strimzi would make it; with one copy, for one broker. */
  async makeTopics(topics: readonly KubeObject[]): Promise<void> {
    const wanted = topics.map(({ spec }) => ({
      topic: spec!.topicName as string,
      numPartitions: spec!.partitions as number,
      replicationFactor: 1,
      configEntries: Object.entries(spec!.config as Record<string, string>).map(([name, value]) => ({ name, value })),
    }));
    await this.admin.createTopics({ waitForLeaders: false, topics: wanted });
  }

  /** What a KafkaUser grants, as Strimzi's User Operator would. */
  async grant(user: KubeObject): Promise<void> {
    const { acls } = user.spec!.authorization as { readonly acls: readonly Acl[] };
    const acl = acls.flatMap(({ resource, operations }) =>
      operations.map((operation) => ({
        principal: `User:${user.metadata.name}`,
        host: '*',
        permissionType: kafkajs.AclPermissionTypes.ALLOW,
        resourceType: resourceTypes[resource.type],
        resourceName: resource.name,
        resourcePatternType: patternTypes[resource.patternType],
        operation: operationTypes[operation],
      })),
    );
    await this.admin.createAcls({ acl });
  }

  async stop(): Promise<void> {
    await this.admin.disconnect().catch(() => {});
    await this.#part.stop();
  }
}

const { AclResourceTypes, AclOperationTypes, ResourcePatternTypes } = kafkajs;
const resourceTypes = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const patternTypes = { literal: ResourcePatternTypes.LITERAL, prefix: ResourcePatternTypes.PREFIXED } as const;
const operationTypes = {
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
} as const;

type Command = readonly [string, ...string[]];

interface Ports {
  readonly open: number;
  readonly secured: number;
  readonly controller: number;
}

/** As Strimzi sets up a listener with SCRAM and `authorization: simple`, and a door of our own on this machine. */
function serverProperties(folder: string, { open, secured, controller }: Ports) {
  const scram = 'listener.name.scram';
  return {
    ...brokerSettings,
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `OPEN://127.0.0.1:${open},SCRAM://127.0.0.1:${secured},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `OPEN://127.0.0.1:${open},SCRAM://localhost:${secured}`,
    'listener.security.protocol.map': 'OPEN:PLAINTEXT,SCRAM:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'OPEN',
    'controller.listener.names': 'CONTROLLER',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    [`${scram}.sasl.enabled.mechanisms`]: 'SCRAM-SHA-512',
    [`${scram}.scram-sha-512.sasl.jaas.config`]: 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    [`${scram}.ssl.keystore.type`]: 'PEM',
    [`${scram}.ssl.keystore.location`]: join(folder, 'broker.pem'),
    'log.dirs': join(folder, 'data'),
    'offsets.topic.num.partitions': 2,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 2,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
  };
}

/** Passwords go by a file: a command line can be read by everybody on the machine. */
async function format(
  jvm: Command,
  folder: string,
  properties: string,
  passwords: ReadonlyMap<string, string>,
): Promise<void> {
  const users = [...passwords].map(([name, word]) => `--add-scram\nSCRAM-SHA-512=[name=${name},password=${word}]\n`);
  const file = join(folder, 'users.txt');
  await writeFile(file, users.join('').trimEnd(), { mode: 0o600 });
  const clusterId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const tool = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', properties, `@${file}`];
  const { code, lines } = await runTool([...jvm, ...tool]);
  if (code !== 0) throw new Error(`the broker's folder could not be made: ${lines.slice(-8).join('\n')}`);
}

/** A key and a certificate that signs itself, which is its own authority; both in `<name>.pem`. Returns the certificate. */
async function certificate(folder: string, name: string): Promise<string> {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const who = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const { code, lines } = await runTool(['openssl', 'req', '-x509', ...kind, ...who, '-keyout', key, '-out', cert]);
  if (code !== 0) throw new Error(`openssl: ${lines.join('\n')}; it makes the broker's certificate, install it`);
  const text = await readFile(cert, 'utf8');
  await writeFile(join(folder, `${name}.pem`), `${await readFile(key, 'utf8')}${text}`, { mode: 0o600 });
  return text;
}
