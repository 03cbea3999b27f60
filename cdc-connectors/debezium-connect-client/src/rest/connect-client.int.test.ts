import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeConnect, fakeConnect } from '../testing/fake-connect.ts';
import { fakeMariaDb } from '../testing/samples.ts';
import { ConnectClient } from './connect-client.ts';

// What a real worker cannot be made to do at will; what it does by itself is in the contract.
describe('ConnectClient against a troubled worker', () => {
  let fake: FakeConnect;
  let delaysMs: number[];
  const ports = { sleep: async (ms: number) => void delaysMs.push(ms), random: () => 1 };
  const clientOf = (options = {}) => new ConnectClient({ url: fake.url, ports, ...options });

  beforeEach(async () => {
    delaysMs = [];
    fake = await fakeConnect();
  });
  afterEach(() => fake.stop());

  it('waits through a rebalance, longer each time', async () => {
    fake.rebalanceFor(3);
    expect(await clientOf().connectors()).toEqual([]);
    expect(delaysMs).toEqual([200, 400, 800]);
  });

  it('retries during a rebalance even what it sends once only', async () => {
    await clientOf().putConnector('bank', fakeMariaDb);
    fake.rebalanceFor(1);
    await clientOf().restart('bank');
    expect(fake.requests.slice(-2)).toEqual(['POST /connectors/bank/restart', 'POST /connectors/bank/restart']);
  });

  it('gives up after its attempts', async () => {
    fake.rebalanceFor(9);
    const call = clientOf({ retry: { attempts: 3 } }).connectors();
    await expect(call).rejects.toMatchObject({ code: 'rebalancing', retriable: true, httpStatus: 409 });
    expect(fake.requests).toHaveLength(3);
  });

  it('knows a rebalance that the worker calls a server error', async () => {
    fake.answerNext(500, { error_code: 500, message: 'Request cannot be completed because a rebalance is expected' });
    const call = clientOf({ retry: { attempts: 1 } }).config('bank');
    await expect(call).rejects.toMatchObject({ code: 'rebalancing', retriable: true });
  });

  it('retries a server error where that is safe, and a restart not', async () => {
    await clientOf().putConnector('bank', fakeMariaDb);
    fake.answerNext(503, 'busy');
    expect(await clientOf().connectors()).toEqual(['bank']);
    fake.answerNext(503, 'busy');
    await expect(clientOf().restart('bank')).rejects.toMatchObject({ code: 'worker-error', httpStatus: 503 });
    expect(fake.requests.at(-1)).toBe('POST /connectors/bank/restart');
  });

  it('does not fail a deletion whose answer was lost', async () => {
    await clientOf().putConnector('bank', fakeMariaDb);
    fake.loseNextAnswer();
    await clientOf().remove('bank');
    expect(fake.requests.slice(-2)).toEqual(['DELETE /connectors/bank', 'DELETE /connectors/bank']);
    await expect(clientOf().remove('bank')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('creates once when the answer to a put is lost, and says created', async () => {
    const client = clientOf();
    fake.answerNext(404, { error_code: 404, message: 'Connector bank not found' });
    fake.loseNextAnswer();
    expect(await client.putConnector('bank', fakeMariaDb)).toMatchObject({ outcome: 'created' });
    expect(fake.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(2);
  });

  it('gives a silent worker its time and no more', async () => {
    fake.leaveNextUnanswered();
    const call = clientOf({ timeoutMs: 50, retry: { attempts: 1 } }).connectors();
    await expect(call).rejects.toMatchObject({
      code: 'timeout',
      retriable: true,
      message: expect.stringContaining('within 50 ms'),
    });
  });

  it('ends a wait in time, though the worker stays silent', async () => {
    fake.leaveNextUnanswered();
    const wait = clientOf().waitUntilStreaming('bank', { timeoutMs: 100 });
    const message = expect.stringContaining('within 100 ms: the worker does not answer (timeout)');
    await expect(wait).rejects.toMatchObject({ code: 'not-streaming', message });
  });

  it('says that nobody listens', async () => {
    await fake.stop();
    const call = clientOf({ retry: { attempts: 2 } }).restart('bank');
    await expect(call).rejects.toMatchObject({
      code: 'unreachable',
      retriable: true,
      message: expect.stringContaining(fake.url),
    });
    expect(delaysMs).toHaveLength(1);
    fake = await fakeConnect();
  });

  it('stops in a request at the caller’s signal', async () => {
    fake.leaveNextUnanswered();
    const abort = new AbortController();
    const call = clientOf().connectors({ signal: abort.signal });
    abort.abort('enough');
    await expect(call).rejects.toMatchObject({ code: 'aborted', retriable: false, cause: 'enough' });
  });

  it('stops between two requests at the caller’s signal', async () => {
    fake.rebalanceFor(1);
    const abort = new AbortController();
    const random = () => {
      abort.abort('enough');
      return 1;
    };
    const client = new ConnectClient({
      url: fake.url,
      ports: { random },
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    const call = client.connectors({ signal: abort.signal });
    await expect(call).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
  });

  it('asks for its user and password', async () => {
    const basicAuth = { user: 'cdc', password: 'hunter2' };
    const guarded = await fakeConnect({ basicAuth });
    try {
      await expect(clientOf({ url: guarded.url }).worker()).rejects.toMatchObject({
        code: 'unauthorized',
        httpStatus: 401,
      });
      expect((await clientOf({ url: guarded.url, basicAuth }).worker()).version).toBe('4.2.2');
    } finally {
      await guarded.stop();
    }
  });

  it.each([
    ['<html>a proxy</html>', 'is not JSON'],
    [{ version: 4 }, 'number where "version" should be a text'],
    [[], 'a list where "worker" should be an object'],
    [undefined, 'undefined where "worker" should be an object'],
  ])('does not believe %j', async (body, message) => {
    fake.answerNext(200, body);
    const call = clientOf().worker();
    await expect(call).rejects.toMatchObject({ code: 'unexpected-answer', message: expect.stringContaining(message) });
  });

  it('shows no secret that the worker quotes', async () => {
    const config = { ...fakeMariaDb, 'database.password': 'hunter2' };
    fake.answerNext(404, { error_code: 404, message: 'Connector bank not found' });
    fake.answerNext(400, { error_code: 400, message: 'Invalid value hunter2 for configuration database.password' });
    const call = clientOf().putConnector('bank', config);
    await expect(call).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining(
        'Invalid value *** for configuration database.password; correct the configuration',
      ),
    });
  });

  it('refuses a configuration that has another name, and an empty name', async () => {
    await expect(clientOf().putConnector('bank', { ...fakeMariaDb, name: 'other' })).rejects.toMatchObject({
      code: 'invalid-config',
    });
    await expect(clientOf().status('')).rejects.toMatchObject({ code: 'invalid-config' });
    expect(fake.requests).toEqual([]);
  });

  it('finds a connector whose name needs escaping', async () => {
    await clientOf().putConnector('a/b c?', fakeMariaDb);
    expect((await clientOf().status('a/b c?')).name).toBe('a/b c?');
  });
});
