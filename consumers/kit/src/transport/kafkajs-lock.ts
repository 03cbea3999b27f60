import { randomUUID } from 'node:crypto';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory, Kafka, KafkaConfig } from 'kafkajs';
import { KitError } from '../errors.ts';

/** What one process at a time holds, wherever it runs; it ends with its holder, ten seconds later at most. */
export interface KafkaLock {
  /** False for as long as another one holds it; and again when the brokers have taken this one for dead. */
  readonly isHeld: boolean;
  release(): Promise<void>;
}

/**
 * A consumer group over a topic of one partition: who has the partition holds the lock. kafkajs gives it to the member whose id is
 * the first by its text (RoundRobinAssigner), and ids begin with the client's name: here, with the time. So who comes later waits.
 * Throws KitError `kafka-unreachable`.
 */
export async function joinLock(
  kafkaOf: (config: Pick<KafkaConfig, 'clientId' | 'socketFactory'>) => Kafka,
  group: string,
  topic: string,
): Promise<KafkaLock> {
  const sockets = new Sockets();
  const clientId = `${String(Date.now()).padStart(15, '0')}-${randomUUID().slice(0, 8)}`;
  const kafka = kafkaOf({ clientId, socketFactory: sockets.factory });
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: 10_000,
    heartbeatInterval: 2000,
    rebalanceTimeout: 10_000,
    // Paused, it rests for so long, and a release waits for that.
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
    retry: { retries: 5, restartOnFailure: async () => false },
  });
  let isHeld = false;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    isHeld = (payload.memberAssignment[topic] ?? []).length > 0;
  });
  for (const over of [consumer.events.CRASH, consumer.events.DISCONNECT, consumer.events.STOP])
    consumer.on(over, () => {
      isHeld = false;
    });
  try {
    const joined = new Promise((done) => consumer.on(consumer.events.GROUP_JOIN, done));
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    consumer.pause([{ topic }]);
    await joined;
  } catch (cause) {
    await consumer.disconnect().catch(() => {});
    sockets.destroy();
    throw new KitError('kafka-unreachable', `the lock of group ${group}: ${(cause as Error).message}`, { cause });
  }
  return {
    get isHeld() {
      return isHeld;
    },
    release: async () => {
      await consumer.disconnect().catch(() => {});
      sockets.destroy();
    },
  };
}

/** Of one client. As it tries again what has failed, kafkajs may connect behind the back of `disconnect`. */
class Sockets {
  readonly #all = new Set<Socket>();
  #isOver = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    socket.once('close', () => this.#all.delete(socket));
    this.#all.add(socket);
    if (this.#isOver) socket.destroy();
    return socket;
  };

  destroy(): void {
    this.#isOver = true;
    for (const socket of this.#all) socket.destroy();
  }
}
