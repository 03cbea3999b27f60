import { describeAclsV2, describeProducersV0, describeTransactionsV0, listTransactionsV0 } from '@platformatic/kafka';
import type { HeldBack, OpenTransaction, PartitionName, TransactionLogs } from './hanging.ts';
import { byLeader, type Cluster, errorCodeOf, type PlatformaticOptions, Reopened } from './platformatic-cluster.ts';
import { writeTxnMarkersV1 } from './platformatic-markers.ts';

/** Codes of https://kafka.apache.org/protocol#protocol_error_codes */
const securityDisabled = 54;
const notAuthorizedHere = 31;
/** Of the enumerations of DescribeAcls: anything. */
const any = 1;
const coordinatorsLog = '__transaction_state';

/** For Kafka 3.1 and later. It retries nothing. */
export class PlatformaticTransactions implements TransactionLogs {
  readonly #cluster: Reopened;

  constructor(options: PlatformaticOptions) {
    this.#cluster = new Reopened(options);
  }

  heldBack(isMeant: (topic: string) => boolean): Promise<readonly HeldBack[]> {
    return this.#cluster.use(async (cluster) => {
      const there = (await cluster.topics(null)).filter(({ name }) => isMeant(name!));
      // In this order: what is stable now is so later, and what ends between the two looks like held back, not the other way round.
      const stable = await cluster.offsets(there, -1n, 'committed');
      const high = await cluster.offsets(there, -1n);
      return there.flatMap(({ name, partitions }) =>
        partitions.flatMap(({ partitionIndex: partition }) => {
          const end = stable.get(`${name}/${partition}`)!;
          return end < high.get(`${name}/${partition}`)! ? [{ topic: name!, partition, stable: end }] : [];
        }),
      );
    });
  }

  mayHide(): Promise<boolean> {
    return this.#cluster.use(async (cluster) => {
      const [node] = await cluster.nodes();
      const anything = { resourceType: any, resourcePatternType: any, operation: any, permissionType: any } as const;
      try {
        await describeAclsV2.api.async(node!, { ...anything, resourceName: null, principal: null, host: null });
        return true;
      } catch (error) {
        const code = errorCodeOf(error);
        if (code !== securityDisabled && code !== notAuthorizedHere) throw error;
        return code !== securityDisabled;
      }
    });
  }

  open(partitions: readonly PartitionName[]): Promise<readonly OpenTransaction[]> {
    return this.#cluster.use(async (cluster) => {
      const leaders = byLeader(await led(cluster, partitions));
      const asked = [...leaders].map(async ([nodeId, ofNode]) => {
        const wanted = [...Map.groupBy(ofNode, ({ topic }) => topic)].map(([name, ofTopic]) => ({
          name,
          partitionIndexes: ofTopic.map(({ partition }) => partition),
        }));
        return (await describeProducersV0.api.async(await cluster.node(nodeId), wanted)).topics;
      });
      return (await Promise.all(asked)).flat().flatMap(({ name, partitions }) =>
        partitions.flatMap(({ partitionIndex, activeProducers }) =>
          activeProducers
            .filter(({ currentTxnStartOffset }) => currentTxnStartOffset >= 0n)
            .map(({ currentTxnStartOffset, lastTimestamp, producerId, producerEpoch, coordinatorEpoch }) => ({
              topic: name,
              partition: partitionIndex,
              producerId,
              producerEpoch,
              coordinatorEpoch,
              startOffset: currentTxnStartOffset,
              lastWrittenMs: Number(lastTimestamp),
            })),
        ),
      );
    });
  }

  coordinated(producerIds: readonly bigint[]): ReturnType<TransactionLogs['coordinated']> {
    return this.#cluster.use(async (cluster) => {
      const leaders = await coordinators(cluster);
      const asked = (await cluster.nodes()).map(async (node) => {
        const { transactionStates } = await listTransactionsV0.api.async(node, [], [...producerIds], -1n, null);
        if (transactionStates.length === 0) return [];
        // By the broker that has just told of them: each coordinator knows its own.
        const ids = transactionStates.map(({ transactionalId }) => transactionalId);
        return (await describeTransactionsV0.api.async(node, ids)).transactionStates;
      });
      const transactions = (await Promise.all(asked))
        .flat()
        .flatMap(({ producerId, topics }) =>
          topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ producerId, topic, partition }))),
        );
      return { transactions, leaders };
    });
  }

  abort({ topic, partition, ...transaction }: OpenTransaction): Promise<void> {
    return this.#cluster.use(async (cluster) => {
      const [{ leaderId } = { leaderId: -1 }] = await led(cluster, [{ topic, partition }]);
      await writeTxnMarkersV1.async(await cluster.node(leaderId), { ...transaction, topic, partition, commit: false });
    });
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }
}

/** Throws when a part of their log has no leader: what it knows is not to be had now. */
async function coordinators(cluster: Cluster): Promise<string> {
  const [log] = await cluster.topics([coordinatorsLog]);
  const parts = log!.partitions.map(
    ({ partitionIndex, leaderId, leaderEpoch }) => `${partitionIndex}:${leaderId}:${leaderEpoch}`,
  );
  return parts.sort().join(' ');
}

async function led(cluster: Cluster, wanted: readonly PartitionName[]) {
  const topics = await cluster.topics([...new Set(wanted.map(({ topic }) => topic))]);
  return wanted.map(({ topic, partition }) => {
    const { partitions } = topics.find(({ name }) => name === topic)!;
    const leaderId = partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId ?? -1;
    return { topic, partition, leaderId };
  });
}
