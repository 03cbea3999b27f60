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
    messageKeyColumns: { 'bank.accounts': ['iban', 'currency'] },
    gtidSourceExcludes: ['7'],
    schemaHistory: {
      kafka: { bootstrapServers: ['127.0.0.1:1'], topic: `${name}.history` },
      storeOnlyCapturedTablesDdl: true,
    },
    snapshot: {
      mode: 'no_data',
      lockingMode: 'minimal',
      lockTimeoutMs: 5000,
      delayMs: 0,
      maxThreads: 1,
      fetchSize: 500,
    },
    incrementalSnapshot: { chunkSize: 500, watermarkingStrategy: 'insert_delete', allowSchemaChanges: false },
    notification: { enabledChannels: ['log'] },
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
    heartbeatActionQuery: 'DO 1',
    maxQueueSizeInBytes: 1_000_000,
    connectTimeoutMs: 1000,
    includeQuery: false,
    skipMessagesWithoutChange: false,
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

  it('knows every setting that is the connector’s own, and the defaults that are documented', async () => {
    const known = new Map(
      (await client.pluginSettings(MARIADB_SOURCE_CLASS)).map((setting) => [setting.name, setting]),
    );
    // Debezium's common code reads the first four, and MariaDB's connector does not list them. Those of a Kafka client, of a converter, of groups of topics and of what the plugin loads are not in its list.
    const passedOn =
      /^(skip\.messages|binary\.handling|event\.converting|field\.name|topic\.creation|value\.converter|schema\.history\.internal|signal\.kafka|message\.key|exactly|transaction)/;
    const unknown = Object.keys(config).filter((key) => !known.has(key) && !passedOn.test(key));
    expect(unknown).toEqual([]);
    const documented = {
      'poll.interval.ms': '500',
      'max.batch.size': '2048',
      'max.queue.size': '8192',
      'heartbeat.interval.ms': '0',
      'connect.keep.alive.interval.ms': '60000',
      'connect.timeout.ms': '30000',
      'snapshot.mode': 'initial',
      'snapshot.locking.mode': 'minimal',
      'incremental.snapshot.chunk.size': '1024',
      'decimal.handling.mode': 'precise',
      'skipped.operations': 't',
      'signal.poll.interval.ms': '5000',
    };
    for (const [key, value] of Object.entries(documented))
      expect([key, known.get(key)?.defaultValue]).toEqual([key, value]);
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
