import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bridge, openBridge } from './bridge.ts';
import { ServiceProcess } from './service-process.ts';

const edges = {
  snapshot: {
    id: '9223372036854775807',
    amount: '1234567890123456789012345678.0123456789',
    nothing: null,
    words: 'snow ❄ and 😀',
    at: '9999-12-31 23:59:59.999999',
  },
  stream: {
    id: '-9223372036854775808',
    amount: '-0.0000000001',
    nothing: null,
    words: '😀\u0000\'"\\ `',
    at: '1000-01-01 00:00:00.000001',
  },
};

describe('values', () => {
  let bridge: Bridge;
  const services: ServiceProcess[] = [];

  beforeAll(async () => {
    bridge = await openBridge('values');
    await bridge.source.query(
      'CREATE TABLE edges (id BIGINT PRIMARY KEY, amount DECIMAL(38,10), nothing INT DEFAULT 5, words VARCHAR(100), at DATETIME(6)) CHARACTER SET utf8mb4',
    );
    await bridge.source.query('INSERT INTO edges VALUES ?', [[Object.values(edges.snapshot)]]);
    await bridge.capture(['edges']);
    await bridge.source.query('INSERT INTO edges VALUES ?', [[Object.values(edges.stream)]]);
    for (const role of ['project', 'serve'] as const) {
      services.push(await ServiceProcess.start(role, { ...bridge.environment, PROJECTION: 'values' }));
    }
    await services[0]!.state('streaming');
    await bridge.caughtUp();
  }, 180_000);

  afterAll(async () => {
    for (const service of services) await service.kill('SIGTERM');
    await bridge?.close();
  });

  it.each(['snapshot', 'stream'] as const)('come out of the API as they went in, by the %s', async (path) => {
    const { status, body } = await services[1]!.get(`/edges/${edges[path].id}`);
    expect({ status, data: body.data }).toEqual({ status: 200, data: edges[path] });
  });

  it('carry the position they are true for', async () => {
    const { body } = await services[1]!.get('/edges');
    expect(body.position).toMatchObject({ gtid: await bridge.sourcePosition() });
    expect(body.data).toEqual([edges.stream, edges.snapshot]);
  });
});
