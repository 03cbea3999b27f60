import type { Kafka } from 'kafkajs';
import { KitError } from '../errors.ts';
import { type FetchedPartition, hideAborted } from './aborted.ts';

/** What kafkajs 2.2.4 does wrong and has no option for; the contract suite holds each of these lines. */

type CreateCluster = (options: object) => Cluster;

interface Cluster {
  findBroker(which: { readonly nodeId: string }): Promise<Broker>;
}

interface Broker {
  fetch(request: {
    readonly topics: readonly unknown[];
  }): Promise<{ readonly responses: readonly { readonly partitions: FetchedPartition[] }[] }>;
}

/** Asks for offsets with READ_UNCOMMITTED: kafkajs asks for those of what is committed, which is the last stable offset. */
export function readingUncommitted(kafka: Kafka): Kafka {
  return clustersOf(kafka, (create) => (options) => create({ ...options, isolationLevel: 0 }));
}

/**
 * Leaves out the messages of aborted transactions as Kafka's own consumer does; kafkajs lets some of them through. And asks for each
 * topic first in turn: the broker fills an answer in the order of the request, and with kafkajs that is always the same.
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
        let turn = 0;
        broker.fetch = async (request) => {
          const first = turn++ % request.topics.length;
          const topics = [...request.topics.slice(first), ...request.topics.slice(0, first)];
          const answer = await fetch({ ...request, topics });
          for (const { partitions } of answer.responses) partitions.forEach(hideAborted);
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
