export { type KafkaClient, kafkaClients, transportOn } from './client.ts';
export { type KafkaJsOptions, kafkaJsTransport } from './kafkajs.ts';
export type { Chunk, LogReader, Message, NewTopic, PartitionRange, Start, Transport } from './transport.ts';
