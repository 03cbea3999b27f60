import type { TransactionLogs } from './hanging.ts';
import { type KafkaJsOptions, kafkaJsTransport } from './kafkajs.ts';
import type { Transport } from './transport.ts';

/** The packages that the port stands on. */
export const kafkaClients = ['kafkajs', 'platformatic'] as const;
export type KafkaClient = (typeof kafkaClients)[number];

/** What opens a transport on the client; a package that is not the default is loaded only when it is asked for. */
export async function transportOn(client: KafkaClient): Promise<(options: KafkaJsOptions) => Transport> {
  return client === 'kafkajs' ? kafkaJsTransport : (await import('./platformatic.ts')).platformaticTransport;
}

/** What brokers know of transactions; of the two packages one alone can ask for it. Nothing is connected yet. */
export async function transactionLogs(options: KafkaJsOptions): Promise<TransactionLogs> {
  return new (await import('./platformatic-transactions.ts')).PlatformaticTransactions(options);
}
