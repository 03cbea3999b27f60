import { captureUserStatements } from '@banyan/connectors';
import { type MariaDbSourceConfig, mariaDbSource, secretRef } from 'debezium-connect-client';
import { type Bridge, openBridge, suiteStack } from './bridge.ts';
import { open } from './database.ts';

// What the tests of debezium-connect-client at the stack's worker share.

export const LIMIT_MS = 120_000;

/** The smallest source of one database that streams. The stack's server gives it a sign of life every two seconds. */
export function sourceOf(
  prefix: string,
  serverId: number,
  more: Partial<MariaDbSourceConfig> = {},
): Record<string, string> {
  return mariaDbSource({
    topicPrefix: prefix,
    database: { ...databaseOf(serverId), include: [prefix] },
    schemaHistory: { kafka: { bootstrapServers: [suiteStack().kafka], topic: `${prefix}.history` } },
    topicCreation: { default: { replicationFactor: 1, partitions: 1 } },
    heartbeatIntervalMs: 500,
    connectKeepAliveIntervalMs: 10_000,
    ...more,
  });
}

/** A bridge whose source has the table `cards` with this many rows, and the user that captures. */
export async function bridgeWithRows(name: string, rows: number): Promise<Bridge> {
  const bridge = await openBridge(name);
  await bridge.source.query('CREATE TABLE cards (id INT PRIMARY KEY, kind VARCHAR(20))');
  await bridge.source.query(`INSERT INTO cards SELECT seq, IF(seq % 2, 'debit', 'credit') FROM seq_1_to_${rows}`);
  const root = await open(await bridge.stack.rootAccess('source-db'));
  const password = await suiteStack().credentials.password('capture');
  for (const statement of captureUserStatements({ name: 'capture', host: '127.0.0.1', password }))
    await root.query(statement);
  await root.end();
  return bridge;
}

export function databaseOf(serverId: number): MariaDbSourceConfig['database'] {
  return {
    hostname: '127.0.0.1',
    port: suiteStack().ports['source-db'],
    user: 'capture',
    password: secretRef('file', suiteStack().credentials.file('capture'), 'password'),
    serverId,
  };
}
