import { randomUUID } from 'node:crypto';
import { Connection, incrementalAlterConfigsV1, initProducerIdV4, produceV11 } from '@platformatic/kafka';
import { eventually } from './eventually.ts';

const broker = 4;
const [set, unset] = [0, 1] as const;
const verification = 'transaction.partition.verification.enable';

/**
 * Leaves a transaction open in a log that no coordinator knows to be there, which is all that is left of one whose coordinator has
 * lost its record. A broker takes such a batch only from clients of before KIP-890, and while it does not verify them; that is put
 * back at once. With a `transactionalId` a coordinator knows the producer, and nothing that it has open.
 */
export async function leaveForgotten(
  address: string,
  topic: string,
  {
    transactionalId = null,
    partition = 0,
  }: { readonly transactionalId?: string | null; readonly partition?: number } = {},
): Promise<{ readonly producerId: bigint }> {
  const connection = new Connection(`forgets-${randomUUID().slice(0, 8)}`);
  const colon = address.lastIndexOf(':');
  await connection.connect(address.slice(0, colon), Number(address.slice(colon + 1)));
  try {
    // A coordinator that has just ended a transaction of this id may have something left to do.
    const { producerId, producerEpoch } = await eventually('the coordinator gives a producer id', () =>
      initProducerIdV4.api.async(connection, transactionalId, 60_000),
    );
    const batch = { transactionalId: transactionalId ?? 'forgotten', producerId, producerEpoch };
    const ghost = [{ topic, partition, key: Buffer.from('ghost'), value: Buffer.from('ghost') }];
    // Of several tests at once, one may turn it on again while another one is about to write.
    await eventually('the broker takes a batch of a transaction that nobody has begun', async () => {
      await alter(connection, [{ name: verification, configOperation: set, value: 'false' }]);
      await produceV11.api.async(connection, -1, 5000, ghost, batch);
      return true;
    });
    return { producerId };
  } finally {
    await alter(connection, [{ name: verification, configOperation: unset }]).finally(() => connection.close());
  }
}

async function alter(
  connection: Connection,
  configs: Parameters<typeof incrementalAlterConfigsV1.api.async>[1][number]['configs'],
): Promise<void> {
  // Of all brokers.
  await incrementalAlterConfigsV1.api.async(connection, [{ resourceType: broker, resourceName: '', configs }], false);
}
