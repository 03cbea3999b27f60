export { type KafkaClient, kafkaClients, transportOn } from './client.ts';
export { type KafkaJsOptions, kafkaJsTransport } from './kafkajs.ts';
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
