import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeConnect, fakeConnect } from '../testing/fake-connect.ts';
import { fakeMariaDb } from '../testing/samples.ts';
import { ConnectClient } from './connect-client.ts';

// What a worker says only in states that a test cannot bring a real one to, and what is sent once only.
describe('ConnectClient', () => {
  let fake: FakeConnect;
  let client: ConnectClient;

  beforeEach(async () => {
    fake = await fakeConnect();
    client = new ConnectClient({ url: fake.url, ports: { sleep: async () => {} }, retry: { attempts: 2 } });
  });
  afterEach(() => fake.stop());

  it.each(['starting', 'unhealthy'] as const)('tells that the worker is %s, without asking again', async (status) => {
    fake.setHealth(status, 'reading its topics');
    expect(await client.health()).toEqual({ status, message: 'reading its topics' });
    expect(fake.requests).toEqual(['GET /health']);
  });

  it('does not take a proxy’s page for the worker’s word on its health', async () => {
    for (let attempt = 0; attempt < 2; attempt++) fake.answerNext(503, '<html>nobody there</html>');
    await expect(client.health()).rejects.toMatchObject({ code: 'worker-error', httpStatus: 503 });
  });

  it.each([
    [403, 'Topic tracking is disabled.', 'disabled'],
    [403, 'Topic tracking reset is disabled.', 'disabled'],
    [403, 'User cannot access the resource.', 'unauthorized'],
    [405, 'HTTP 405 Method Not Allowed', 'unsupported'],
    [404, 'HTTP 404 Not Found', 'unsupported'],
    [404, 'Connector bank not found', 'not-found'],
    [409, 'Connector bank already exists', 'already-exists'],
  ])('takes %i «%s» for %s, once', async (error_code, message, code) => {
    fake.answerNext(error_code, { error_code, message });
    await expect(client.resetActiveTopics('bank')).rejects.toMatchObject({ code, retriable: false });
    expect(fake.requests).toHaveLength(1);
  });

  it('sends again what may be sent twice, and nothing else', async () => {
    const again = [
      () => client.resetOffsets('bank'),
      () => client.alterOffsets('bank', []),
      () => client.patchConfig('bank', {}),
      () => client.loggers.set('io.debezium', 'DEBUG'),
    ];
    const once = [
      () => client.createConnector('bank', fakeMariaDb),
      () => client.restartTask('bank', 0),
      () => client.restart('bank'),
    ];
    const sent = async (call: () => Promise<unknown>) => {
      const before = fake.requests.length;
      for (let attempt = 0; attempt < 2; attempt++) fake.answerNext(500, { error_code: 500, message: 'busy' });
      await expect(call()).rejects.toMatchObject({ code: 'worker-error' });
      const requests = fake.requests.length - before;
      // The queued answer that was not fetched.
      if (requests === 1) await expect(client.restart('bank')).rejects.toMatchObject({ code: 'worker-error' });
      return requests;
    };
    for (const call of again) expect(await sent(call)).toBe(2);
    for (const call of once) expect(await sent(call)).toBe(1);
  });

  it('shows no secret that is patched or created', async () => {
    const secret = { 'database.password': 'hunter2' };
    for (const call of [
      () => client.patchConfig('bank', { ...secret, 'max.batch.size': null }),
      () => client.createConnector('bank', { ...fakeMariaDb, ...secret }),
    ]) {
      fake.answerNext(400, { error_code: 400, message: 'Invalid value hunter2 for database.password' });
      await expect(call()).rejects.toMatchObject({
        code: 'invalid-config',
        message: expect.stringContaining('Invalid value *** for'),
      });
    }
  });

  it('finds what has signs of a path in its name', async () => {
    await client.createConnector('a/b c?', fakeMariaDb);
    expect((await client.tasks('a/b c?'))[0]?.id).toBe(0);
    expect(await client.loggers.set('a/b?', 'INFO')).toEqual(['a/b?']);
    expect(Object.keys(await client.expanded([]))).toEqual(['a/b c?']);
  });

  it('refuses what would be another path', async () => {
    const calls = [client.pluginSettings(''), client.loggers.level(''), client.taskStatus('bank', -1)];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'invalid-config' });
    expect(fake.requests).toEqual([]);
  });
});
