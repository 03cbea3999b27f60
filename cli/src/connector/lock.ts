import { type Capture, historiesOf } from '@banyan/connectors';
import { type KafkaJsOptions, type KafkaLock, kafkaLock, type Transport } from '@banyan/kit/transport';

/**
 * The right to apply a connector, on whatever machine: one has it at a time. The topic it is about is made before anything else, as
 * it takes one that is there. Throws KitError.
 */
export async function applyLock(transport: Transport, kafka: KafkaJsOptions, capture: Capture): Promise<KafkaLock> {
  const topic = historiesOf(capture.name);
  await transport.createTopics(capture.topics.filter((one) => one.topic === topic));
  return kafkaLock(kafka, `banyan-apply.${capture.name}`, topic);
}
