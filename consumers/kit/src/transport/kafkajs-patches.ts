import type { Kafka } from 'kafkajs';
import { KitError } from '../errors.ts';
import { type FetchedPartition, hideAborted } from './aborted.ts';

/** What kafkajs 2.2.4 does wrong and has no option for; the contract suite holds each of these lines. */

type CreateCluster = (options: object) => Cluster;

interface Cluster {
  findBroker(which: { readonly nodeId: string }): Promise<Broker>;
}

interface Broker {
  fetch(request: { readonly topics: readonly { readonly topic: string }[] }): Promise<{
    readonly responses: readonly { readonly topicName: string; readonly partitions: FetchedPartition[] }[];
  }>;
}

/** Asks for offsets with READ_UNCOMMITTED: kafkajs asks for those of what is committed, which is the last stable offset. */
export function readingUncommitted(kafka: Kafka): Kafka {
  return clustersOf(kafka, (create) => (options) => create({ ...options, isolationLevel: 0 }));
}

/**
 * Leaves out the messages of aborted transactions as Kafka's own consumer does; kafkajs lets some of them through. And asks first
 * for the topics that have waited longest: the broker fills an answer in the order of the request, and kafkajs' is always the same.
 */
export function readingRightly(kafka: Kafka): Kafka {
  const known = new WeakSet<Broker>();
  return clustersOf(kafka, (create) => (options) => {
    const cluster = create(options);
    const findBroker = cluster.findBroker.bind(cluster);
    cluster.findBroker = async (which) => {
      const broker = await findBroker(which);
      if (!known.has(broker)) {
        known.add(broker);
        const fetch = broker.fetch.bind(broker);
        const served = new Map<string, number>();
        let turn = 0;
        broker.fetch = async (request) => {
          const last = ({ topic }: { readonly topic: string }) => served.get(topic) ?? 0;
          const answer = await fetch({ ...request, topics: request.topics.toSorted((a, b) => last(a) - last(b)) });
          turn++;
          for (const { topicName, partitions } of answer.responses) {
            if (partitions.some(({ messages }) => messages.length > 0)) served.set(topicName, turn);
            partitions.forEach(hideAborted);
          }
          return answer;
        };
      }
      return broker;
    };
    return cluster;
  });
}

function clustersOf(kafka: Kafka, change: (create: CreateCluster) => CreateCluster): Kafka {
  const factory = Object.getOwnPropertySymbols(kafka).find(
    (symbol) => symbol.description === 'private:Kafka:createCluster',
  );
  const open = kafka as unknown as Record<symbol, CreateCluster>;
  const create = factory && open[factory];
  if (!factory || !create)
    throw new KitError('unexpected', 'this release of kafkajs is not 2.2.4; install by lockfile');
  open[factory] = change(create);
  return kafka;
}
