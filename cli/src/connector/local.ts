import { type Capture, capture } from '@banyan/connectors';
import { kafkaJsTransport, transactionLogs } from '@banyan/kit/transport';
import type { Stack } from '@banyan/stack';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import { project } from '../project/project.ts';
import { sourceOf } from '../project/source.ts';
import { services, tablesOf } from '../services.ts';
import { keepSnapshot, snapshotOf, snapshotText } from '../snapshot.ts';
import { applyConnector } from './apply.ts';
import { endHanging } from './hanging.ts';
import { Patience } from './patience.ts';

const waitMs = 180_000;

/**
 * Makes the topics, applies the project's connector on the local stack and waits until it streams. What is captured stays so when no
 * service names it any more. Throws CliError, `not-captured` when a service reads a table that a running connector does not capture.
 */
export async function applyLocally(stack: Stack, say: (text: string) => void, signal: AbortSignal): Promise<void> {
  const all = await services();
  const wanted = captureOf(stack, tablesOf(all));
  const kafka = { brokers: [stack.kafka], clientId: 'banyan-cli' };
  await using transport = kafkaJsTransport(kafka);
  await using closing = new AsyncDisposableStack();
  const transactions = closing.adopt(await transactionLogs(kafka), (logs) => logs.close());
  const deployment = {
    connect: new ConnectClient({ url: stack.connectUrl }),
    transport,
    transactions,
    capture: wanted,
    readers: all.map((service) => ({ name: service.name, tables: tablesOf([service]) })),
    proof: 'snapshot-done' as const,
    steadyMs: 0,
    captureAnew: project().hasBank
      ? 'begin anew, from the seeded bank on: make clean, then banyan up'
      : `begin anew: banyan down, remove ${stack.dataDir}, banyan up`,
  };
  const before = await snapshotOf(stack, wanted.name);
  // Of a stack of one's own the ports change, and nothing else that is dangerous.
  await applyConnector(deployment, new Patience({ waitMs, say, signal }), { dangerous: true });
  const cost = await keepSnapshot(stack, wanted.name);
  if (cost.startedAt !== before.startedAt || before.state !== 'done')
    say(`snapshot: ${snapshotText(cost) ?? 'of unknown cost'}`);
}

/** What `applyLocally` does of itself, where the connector is there already. Throws CliError. */
export async function endHangingLocally(stack: Stack, say: (text: string) => void, signal: AbortSignal): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const kafka = { brokers: [stack.kafka], clientId: 'banyan-cli' };
  const logs = closing.adopt(await transactionLogs(kafka), (one) => one.close());
  await endHanging(logs, { name: project().prefix, config: {} }, new Patience({ waitMs, say, signal }));
}

function captureOf(stack: Stack, tables: readonly string[]): Capture {
  const { prefix, withheld, serverId } = project();
  return capture({
    prefix,
    database: {
      ...sourceOf(stack),
      password: secretRef('file', stack.credentials.file('capture'), 'password'),
    },
    tables,
    withheld,
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId,
  });
}
