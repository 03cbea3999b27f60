import { capture } from '@banyan/connectors';
import { kafkaJsTransport } from '@banyan/kit/transport';
import type { Stack } from '@banyan/stack';
import { ConnectClient, secretRef } from 'debezium-connect-client';

/** Makes the topics, applies the bank's connector and waits until it streams. */
export async function applyConnector(stack: Stack, say: (text: string) => void, signal: AbortSignal): Promise<void> {
  const bank = capture({
    prefix: 'bank',
    database: {
      host: '127.0.0.1',
      port: stack.ports['source-db'],
      user: 'capture',
      password: secretRef('file', stack.credentials.file('capture'), 'password'),
    },
    tables: ['bank.accounts', 'bank.ledger_lines', 'bank.customers'],
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId: 5400,
  });
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-cli' });
  await transport.createTopics(bank.topics);
  const connect = new ConnectClient({ url: stack.connectUrl });
  await connect.putConnector(bank.name, bank.config, { signal });
  await connect.waitUntilStreaming(bank.name, { proof: 'snapshot-done', pollMs: 250, onProgress: say, signal });
}
