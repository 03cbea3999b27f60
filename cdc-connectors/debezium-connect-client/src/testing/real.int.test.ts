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
      port: 1,
      user: 'nobody',
      password: plainSecret('not-to-be-shown'),
      serverId: 4_000_000_001,
    },
    schemaHistory: { kafka: { bootstrapServers: ['127.0.0.1:1'], topic: `${name}.history` } },
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

  it('knows every setting that mariaDbSource writes, and finds only the database at fault', async () => {
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
