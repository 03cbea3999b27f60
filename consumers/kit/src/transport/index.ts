export { type KafkaClient, kafkaClients, transactionLogs, transportOn } from './client.ts';
export {
  findHanging,
  type Hanging,
  type HeldBack,
  type OpenTransaction,
  type TransactionLogs,
} from './hanging.ts';
export { type KafkaJsOptions, kafkaJsTransport, kafkaLock, topicSettings } from './kafkajs.ts';
export type { KafkaLock } from './kafkajs-lock.ts';
export { readerGroups } from './kafkajs-reader.ts';
export type {
  Chunk,
  KafkaAccess,
  LogReader,
  Message,
  NewTopic,
  PartitionRange,
  Start,
  Transport,
} from './transport.ts';
