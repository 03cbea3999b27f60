import { crc32 } from 'node:zlib';
import { capture } from '@banyan/connectors';
import { Schemas } from '@banyan/kit';
import { kafkaJsTransport, transactionLogs } from '@banyan/kit/transport';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import { type Applied, applyConnector } from '../../cli/src/connector/apply.ts';
import { applyLock } from '../../cli/src/connector/lock.ts';
import { Patience } from '../../cli/src/connector/patience.ts';
import { scansIn } from '../../cli/src/connector/scans.ts';
import type { Bridge } from './bridge.ts';

/** What `banyan connector apply` does, for the bridge's connector and these tables of its database, in chunks of a few rows. */
export async function applied(
  { name, stack }: Bridge,
  tables: readonly string[],
  say: (text: string) => void,
  signal = new AbortController().signal,
): Promise<Applied> {
  const kafka = { brokers: [stack.kafka], clientId: `${name}-apply` };
  await using transport = kafkaJsTransport(kafka);
  await using closing = new AsyncDisposableStack();
  const transactions = closing.adopt(await transactionLogs(kafka), (logs) => logs.close());
  const named = tables.map((table) => `${name}.${table}`);
  const { config, ...rest } = capture({
    prefix: name,
    database: {
      host: '127.0.0.1',
      port: stack.ports['source-db'],
      user: 'capture',
      password: secretRef('file', stack.credentials.file('capture'), 'password'),
    },
    tables: named,
    kafka: [stack.kafka],
    registryUrl: stack.registryNativeUrl,
    serverId: 1000 + (crc32(name) % 1_000_000),
  });
  const wanted = { ...rest, config: { ...config, 'incremental.snapshot.chunk.size': '50' } };
  const schemas = new Schemas(stack.registryUrl);
  const deployment = {
    connect: new ConnectClient({ url: stack.connectUrl, retry: { attempts: 1 } }),
    transport,
    transactions,
    capture: wanted,
    readers: [{ name: 'letters', tables: named }],
    scans: (from: bigint) => scansIn(transport, schemas, name, from),
    rows: null,
    lock: () => applyLock(transport, kafka, wanted),
    captureAnew: 'capture anew',
    proof: 'binlog-read' as const,
    steadyMs: 0,
  };
  return await applyConnector(deployment, new Patience({ waitMs: 240_000, say, signal }), { dangerous: true });
}
