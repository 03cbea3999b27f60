import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import type { PartSpec } from '../part.ts';
import { runTool } from '../tool.ts';
import type { Jvm } from './jvm.ts';
import { propertiesFile } from './properties.ts';

export interface KafkaOptions {
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly jvm: Jvm;
}

/** What the bridge needs of any Kafka: topics are never made by accident, never expire by default, and take what the connector sends. */
export const brokerSettings = {
  'auto.create.topics.enable': false,
  'num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  'log.retention.hours': -1,
  'message.max.bytes': 20_971_520,
} as const;

/** One Kafka node, broker and controller in one (KRaft); topics are never made by accident and never expire by default. */
export function kafka(options: KafkaOptions): PartSpec {
  const folder = join(options.dataDir, 'kafka');
  const properties = join(folder, 'server.properties');
  const classpath = join(options.home, '*');
  return {
    name: 'kafka',
    ports: [options.port, options.controllerPort],
    graceMs: 20_000,
    get command() {
      return options.jvm.command('kafka', { heapMb: 512, classpath }, 'kafka.Kafka', properties);
    },
    prepare: async (signal) => {
      await options.jvm.prepare('kafka');
      await mkdir(folder, { recursive: true });
      await writeFile(properties, propertiesFile(serverProperties(options, folder)));
      if (existsSync(join(folder, 'log/meta.properties'))) return;
      const clusterId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
      const tool = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', properties];
      const { code, lines } = await runTool(options.jvm.toolCommand('kafka', { heapMb: 128, classpath }, ...tool), {
        signal,
      });
      if (code === 0) return;
      throw new StackError(
        'part-died',
        `Kafka could not make its data folder ${folder}:\n${lines.slice(-12).join('\n')}`,
      );
    },
    answers: () => askForBrokers(options.port),
  };
}

function serverProperties(options: KafkaOptions, folder: string): Record<string, string | number | boolean> {
  const { port, controllerPort } = options;
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'log'),
    ...brokerSettings,
    'offsets.topic.num.partitions': 2,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 2,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  };
}

/**
 * Asks for Metadata (key 3, version 5) of no topic: the broker listens before the controller lets it lead partitions, and only
 * then names itself in the answer. Source: Kafka protocol guide.
 */
function askForBrokers(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 2000 });
    socket.once('connect', () => socket.write(Buffer.from('0000000f000300050000002affff0000000000', 'hex')));
    let answer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      // Size, correlation id 42, throttle time, number of brokers.
      if (answer.length < 16) return;
      socket.destroy();
      if (answer.readInt32BE(4) !== 42) fail(new Error('an answer that is not Kafka’s'));
      else if (answer.readInt32BE(12) < 1) fail(new Error('the broker is not registered yet'));
      else done();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    socket.once('error', (error) => fail(error));
    socket.once('close', () => fail(new Error('connection closed')));
  });
}
