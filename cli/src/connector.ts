import { type Capture, capture } from '@banyan/connectors';
import { kafkaJsTransport } from '@banyan/kit/transport';
import type { Stack } from '@banyan/stack';
import { ConnectClient, ConnectError, secretRef } from 'debezium-connect-client';
import { CliError } from './errors.ts';
import { type Service, services, tablesOf } from './services.ts';
import { keepSnapshot, snapshotOf, snapshotText } from './snapshot.ts';

/** Never leave the bank's database: a card is known by its id and the last four digits of its number. */
export const withheld = ['bank.cards.pan'];

const list = 'table.include.list';

/**
 * Makes the topics, applies the bank's connector and waits until it streams. What is captured stays so when no service names it
 * any more. Throws CliError `not-captured` when a service reads a table that a running connector does not capture.
 */
export async function applyConnector(stack: Stack, say: (text: string) => void, signal: AbortSignal): Promise<void> {
  const all = await services();
  const { name, config, topics } = captureOf(stack, tablesOf(all));
  const connect = new ConnectClient({ url: stack.connectUrl });
  const captured = await capturedBy(connect, name, signal);
  if (captured) for (const service of all) refuseMore(stack, service, captured);
  await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-cli' });
  await transport.createTopics(topics);
  const tables = captured ? { [list]: captured.join(',') } : {};
  await connect.putConnector(name, { ...config, ...tables }, { signal });
  const before = await snapshotOf(stack, name);
  await connect.waitUntilStreaming(name, { proof: 'snapshot-done', pollMs: 250, onProgress: say, signal });
  const cost = await keepSnapshot(stack, name);
  if (cost.startedAt !== before.startedAt || before.state !== 'done')
    say(`snapshot: ${snapshotText(cost) ?? 'of unknown cost'}`);
}

function captureOf(stack: Stack, tables: readonly string[]): Capture {
  return capture({
    prefix: 'bank',
    database: {
      host: '127.0.0.1',
      port: stack.ports['source-db'],
      user: 'capture',
      password: secretRef('file', stack.credentials.file('capture'), 'password'),
    },
    tables,
    withheld,
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId: 5400,
  });
}

/** As the connector's configuration has them; null when there is no connector. */
async function capturedBy(connect: ConnectClient, name: string, signal: AbortSignal): Promise<string[] | null> {
  try {
    return (await connect.config(name, { signal }))[list]?.split(',') ?? [];
  } catch (error) {
    if (error instanceof ConnectError && error.code === 'not-found') return null;
    throw error;
  }
}

/** A table that is added to a running connector has no history in Kafka: a read model of it would be short of rows. */
function refuseMore(stack: Stack, service: Service, captured: readonly string[]): void {
  const isMissing = (table: string) => !captured.includes(captureOf(stack, [table]).config[list]!);
  const missing = tablesOf([service]).filter(isMissing);
  if (missing.length === 0) return;
  const message = `${service.name} reads ${missing.join(', ')}, which the running connector does not capture`;
  throw new CliError('not-captured', message, {
    remedy: 'begin anew, from the seeded bank on: make clean, then banyan up',
  });
}
