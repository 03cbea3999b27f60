import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PartSpec } from '../part.ts';
import type { Jvm } from './jvm.ts';

const run = promisify(execFile);

export interface KafkaOptions {
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly jvm: Jvm;
}

/** One Kafka node, broker and controller in one (KRaft); topics are never made by accident and never expire by default. */
export function kafka(options: KafkaOptions): PartSpec {
  const folder = join(options.dataDir, 'kafka');
  const properties = join(folder, 'server.properties');
  const classpath = join(options.home, '*');
  return {
    name: 'kafka',
    ports: [options.port, options.controllerPort],
    graceMs: 20_000,
    command: options.jvm.command('kafka', { heapMb: 512, classpath }, 'kafka.Kafka', properties),
    prepare: async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(properties, serverProperties(options, folder));
      if (existsSync(join(folder, 'log/meta.properties'))) return;
      const clusterId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
      const tool = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', properties];
      const [java, ...rest] = options.jvm.command('kafka-format', { heapMb: 128, classpath }, ...tool);
      await run(java, rest);
    },
    answers: () => askApiVersions(options.port),
  };
}

function serverProperties(options: KafkaOptions, folder: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${options.controllerPort}
listeners=PLAINTEXT://127.0.0.1:${options.port},CONTROLLER://127.0.0.1:${options.controllerPort}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(folder, 'log')}
auto.create.topics.enable=false
num.partitions=1
offsets.topic.num.partitions=2
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.hours=-1
message.max.bytes=20971520
`;
}

/** Asks for ApiVersions (key 18, version 0): the broker opens this port only when it is ready. Source: Kafka protocol guide. */
function askApiVersions(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 2000 });
    socket.once('connect', () => socket.write(Buffer.from('0000000a001200000000002affff', 'hex')));
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.length >= 10 && answer.readInt32BE(4) === 42 && answer.readInt16BE(8) === 0) done();
      else fail(new Error('an answer that is not Kafka’s'));
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    socket.once('error', (error) => fail(error));
    socket.once('close', () => fail(new Error('connection closed')));
  });
}
