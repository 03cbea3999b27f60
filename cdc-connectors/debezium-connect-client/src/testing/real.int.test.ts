import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectClient, ConnectError, MARIADB_SOURCE_CLASS, mariaDbSource, plainSecret } from '../index.ts';
import { connectUrlFromEnvironment } from './config.ts';

// What a real worker must show that needs no database. The whole contract needs one: it runs where a stack is at hand.
describe('a real Kafka Connect worker, without a database', () => {
  let client: ConnectClient;
  const name = `absent-${randomUUID().slice(0, 8)}`;
  const config = mariaDbSource({
    topicPrefix: name,
    database: {
      hostname: '127.0.0.1',
      // Nothing listens there.
      port: 1,
      user: 'nobody',
      password: plainSecret('not-to-be-shown'),
      serverId: 4_000_000_001,
      include: ['bank'],
    },
    table: { include: ['bank.accounts', 'bank.odd, name'] },
    column: { exclude: ['bank.accounts.pin'] },
    schemaHistory: {
      kafka: { bootstrapServers: ['127.0.0.1:1'], topic: `${name}.history` },
      storeOnlyCapturedTablesDdl: true,
    },
    snapshot: { mode: 'no_data', lockingMode: 'minimal', lockTimeoutMs: 5000, delayMs: 0, maxThreads: 1 },
    signal: { enabledChannels: ['source', 'kafka'], kafka: { bootstrapServers: ['127.0.0.1:1'] } },
    topicCreation: {
      default: { replicationFactor: 1, partitions: 1 },
      groups: { compacted: { include: [`${name}.bank.accounts`], config: { 'cleanup.policy': 'compact' } } },
    },
    exactlyOnce: { support: 'requested', transactionBoundary: 'interval', transactionBoundaryIntervalMs: 1000 },
    errors: { tolerance: 'none', retryTimeoutMs: 0, logEnable: true, logIncludeMessages: false, maxRetries: 3 },
    valueConverter: {
      class: 'org.apache.kafka.connect.json.JsonConverter',
      settings: { 'schemas.enable': false },
    },
    provideTransactionMetadata: true,
    tombstonesOnDelete: false,
    heartbeatIntervalMs: 1000,
    connectKeepAliveIntervalMs: 10_000,
    skippedOperations: ['t', 'd'],
    decimalHandlingMode: 'string',
    bigintUnsignedHandlingMode: 'precise',
    timePrecisionMode: 'isostring',
    binaryHandlingMode: 'base64-url-safe',
    eventConvertingFailureHandlingMode: 'fail',
    eventProcessingFailureHandlingMode: 'skip',
    schemaNameAdjustmentMode: 'avro',
    fieldNameAdjustmentMode: 'avro_unicode',
  });

  beforeAll(() => {
    client = new ConnectClient({ url: connectUrlFromEnvironment() });
  });

  it('has Debezium’s MariaDB plugin, and tells its version', async () => {
    expect(await client.plugins()).toContainEqual(
      expect.objectContaining({ className: MARIADB_SOURCE_CLASS, type: 'source' }),
    );
    expect((await client.worker()).version).toMatch(/^\d+\.\d+/);
  });

  it('finds nothing at fault in what mariaDbSource writes but the database', async () => {
    const { problems, errorCount } = await client.validate(MARIADB_SOURCE_CLASS, config);
    expect(problems.map((problem) => problem.name)).toEqual(['database.hostname']);
    expect(errorCount).toBe(1);
  });

  it('refuses a connector whose database does not answer, with the reason and without the password', async () => {
    const refused = await client.putConnector(name, config).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(refused).toBeInstanceOf(ConnectError);
    expect(refused).toMatchObject({ code: 'invalid-config', message: expect.stringContaining('Unable to connect') });
    expect(String(refused)).not.toContain('not-to-be-shown');
    expect(await client.connectors()).not.toContain(name);
  });

  it('does not find a connector that is not there', async () => {
    await expect(client.status(name)).rejects.toMatchObject({ code: 'not-found', retriable: false });
    await expect(client.restart(name)).rejects.toMatchObject({ code: 'not-found' });
  });
});
