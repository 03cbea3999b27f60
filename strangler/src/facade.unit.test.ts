import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { Facade, type FacadeObserver } from './facade.ts';
import { FacadeServer } from './proxy/server.ts';
import type { ReadRoute } from './route/declaration.ts';
import { RouteTable } from './route/route-table.ts';
import { Services } from './service/services.ts';
import { type Stage, unknownState } from './state/route-state.ts';
import { TestMonolith } from './testing-monolith.ts';
import { ReadAfterTokens } from './token/read-after.ts';
import { SourcePosition } from './token/source-position.ts';

const thing: ReadRoute = {
  name: 'thing',
  method: 'GET',
  path: '/things/{id}',
  services: ['things'],
  customer: ({ params }) => params.id!,
  answer: async ({ params }, ask) => {
    const { status, body } = await ask('things', `/things/${params.id}`);
    return {
      status,
      contentType: 'application/json',
      fields: { 'cache-control': 'no-store' },
      body: JSON.stringify({ from: 'service', name: body.data?.name ?? null }),
    };
  },
};

const mistake = (): never => {
  throw new Error('a mistake');
};
const broken: ReadRoute = {
  ...thing,
  name: 'broken',
  path: '/broken/{id}',
  customer: mistake,
  answer: async () => mistake(),
};

describe('the facade', () => {
  let monolith: TestMonolith;
  let service: Server;
  let pool: Pool;
  let services: Services;
  let server: FacadeServer;
  let url: string;
  let stage: Stage;
  let percent: number;
  let position: string;
  let asked: string[];
  let seen: string[];
  /** What the service answers, after so many milliseconds. */
  let answers: { status: number; body: unknown; headers: Record<string, string>; afterMs: number };

  beforeEach(async () => {
    [stage, percent, position, asked, seen] = ['service', 100, '0-1-5', [], []];
    answers = {
      status: 200,
      body: { data: { name: 'a thing' } },
      headers: { 'banyan-position': '0-1-5', 'banyan-age-ms': '3' },
      afterMs: 0,
    };
    monolith = await TestMonolith.start();
    service = createServer((request, response) => {
      asked.push(request.url!);
      const { status, body, headers, afterMs } = answers;
      setTimeout(
        () => response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body)),
        afterMs,
      ).unref();
    });
    await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
    pool = new Pool(monolith.url);
    const address = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    services = new Services({ urls: { things: address }, token: () => 'a token' });
    const observer: FacadeObserver = {
      compare: ({ route, incoming }, { status, body, fields = {} }) =>
        seen.push(
          `compare ${route.name} ${incoming.url} ${status} ${body} ${Object.keys(fields).length > 0 ? JSON.stringify(fields) : ''}`.trimEnd(),
        ),
      answered: ({ route, incoming }) => seen.push(`answered ${route.name} ${incoming.url}`),
      fellBack: ({ route }, reason) => seen.push(`fell back ${route.name}: ${reason}`),
      behind: ({ route }) => seen.push(`behind ${route.name}`),
    };
    const facade = new Facade({
      monolith: pool,
      table: new RouteTable([thing, broken]),
      writes: null,
      services,
      stateOf: (route) => ({
        ...unknownState(route),
        stage,
        percent,
        epoch: 1,
        sinceEpoch: 1,
      }),
      tokens: new ReadAfterTokens({ keys: [randomBytes(32)] }),
      sourcePosition: new SourcePosition({ ask: async () => position }),
      freshWithinMs: () => 1000,
      limits: { serviceMs: 200, waitMs: 100, retiredWaitMs: 150, requests: 50, atMonolith: 50, waiting: 50 },
      seen: observer,
    });
    server = new FacadeServer({ handle: (request, response) => facade.handle(request, response), upgrade: () => {} });
    url = await server.listen({ port: 0 });
  });
  afterEach(async () => {
    await server.close();
    await services.close();
    await pool.destroy();
    await monolith.stop();
    service.closeAllConnections();
    service.close();
  });

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}${path}`, { headers });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };

  it.each([
    ['monolith', 'the monolith', []],
    ['shadow', 'the monolith', ['compare thing /things/1 200 the monolith']],
    ['canary', '{"from":"service","name":"a thing"}', ['answered thing /things/1']],
    ['service', '{"from":"service","name":"a thing"}', ['answered thing /things/1']],
    ['retired', '{"from":"service","name":"a thing"}', ['answered thing /things/1']],
  ] as const)('at %s answers %s', async (at, text, noted) => {
    stage = at;
    expect((await get('/things/1')).text).toBe(text);
    expect(seen).toEqual(noted);
  });

  it('gives a client the fields that a route’s answer has, and compares those that the monolith’s has', async () => {
    expect((await get('/things/1')).headers.get('cache-control')).toBe('no-store');
    stage = 'shadow';
    monolith.handle = (_request, response) =>
      response.writeHead(200, { 'X-Frame-Options': 'DENY', 'X-Other': '1' }).end('a page');
    await get('/things/2');
    expect(seen).toEqual(['answered thing /things/1', 'compare thing /things/2 200 a page {"x-frame-options":"DENY"}']);
  });

  it('says where a service’s answer stands, and asks with its token', async () => {
    const { headers } = await get('/things/1');
    expect(headers.get('banyan-position')).toBe('0-1-5');
    expect(headers.get('banyan-route')).toBe('thing');
  });

  it('in a canary answers the same customer by the same side, and a part of all by the service', async () => {
    [stage, percent] = ['canary', 30];
    const sides = new Map<number, string>();
    for (let round = 0; round < 2; round++)
      for (let id = 0; id < 100; id++) {
        const { text } = await get(`/things/${id}`);
        if (round === 0) sides.set(id, text);
        else expect(text).toBe(sides.get(id));
      }
    const byService = [...sides.values()].filter((text) => text.includes('service')).length;
    expect(byService).toBeGreaterThan(15);
    expect(byService).toBeLessThan(45);
  });

  it.each([
    [
      'answers 503',
      () => ({ status: 503, body: { type: 'urn:problem-type:banyan:filling', detail: 'so far' } }),
      'filling',
    ],
    ['answers 409, of a parked key', () => ({ status: 409, body: { type: 'x:key-parked' } }), '409'],
    ['answers 401', () => ({ status: 401, body: {} }), '401'],
    [
      'has no such path',
      () => ({ status: 404, body: { type: 'urn:problem-type:banyan:unknown-route' } }),
      'unknown-route',
    ],
    ['answers rubbish', () => ({ body: '<html>' }), 'no JSON'],
    ['answers what the route cannot read', () => ({ body: 'null' }), 'null'],
    ['says no position', () => ({ headers: {} }), 'no position'],
    ['is stale', () => ({ headers: { 'banyan-position': '0-1-5', 'banyan-age-ms': '1001' } }), '1001 ms old'],
    [
      'has parked keys',
      () => ({ headers: { ...answers.headers, 'banyan-position-except': '2' } }),
      '2 keys are parked',
    ],
    ['is slow', () => ({ afterMs: 5000 }), 'no answer within 200 ms'],
  ])(
    'lets the monolith answer when the service %s, and the client sees nothing of it',
    async (_what, change, reason) => {
      answers = { ...answers, ...(change() as Partial<typeof answers>) };
      for (const at of ['canary', 'service'] as const) {
        stage = at;
        expect(await get('/things/1')).toMatchObject({ status: 200, text: 'the monolith' });
        expect(seen.at(-1)).toContain(reason);
        expect(seen.at(-1)).toMatch(/^fell back thing/);
      }
      stage = 'retired';
      const refused = await get('/things/1');
      expect(refused.status).toBe(503);
      expect(refused.text).toContain('urn:problem-type:banyan:service-unavailable');
    },
  );

  it('outlives what a route’s own code throws', async () => {
    [stage, percent] = ['canary', 50];
    const bad = await get('/broken/1');
    expect(bad.text).toBe('the monolith');
    stage = 'service';
    expect((await get('/broken/1')).text).toBe('the monolith');
    expect(seen.at(-1)).toBe('fell back broken: a mistake');
  });

  it('lets the monolith answer when the service is away', async () => {
    service.closeAllConnections();
    await new Promise((closed) => service.close(closed));
    expect((await get('/things/1')).text).toBe('the monolith');
    expect(seen[0]).toMatch(/^fell back thing: things: .*ECONNREFUSED/);
  });

  it('shows a client what he has written: waits for it, or asks the monolith', async () => {
    position = '0-1-7';
    const write = await fetch(`${url}/things/1`, { method: 'PUT', body: '{}' });
    const cookie = write.headers.getSetCookie()[0]!.split(';')[0]!;
    const field = { 'banyan-read-after': write.headers.get('banyan-read-after')! };
    for (const headers of [{ cookie }, field]) {
      expect((await get('/things/1', headers)).text).toContain('service');
      expect(asked.at(-1)).toBe('/things/1?at-least=0-1-7&wait-ms=100');
    }
    stage = 'retired';
    expect((await get('/things/1', field)).text).toContain('service');
    expect(asked.at(-1)).toBe('/things/1?at-least=0-1-7&wait-ms=150');
    stage = 'service';
    answers = { ...answers, status: 503, body: { type: 'urn:problem-type:banyan:position-not-reached' } };
    expect((await get('/things/1', field)).text).toBe('the monolith');
    expect(seen.at(-1)).toBe('behind thing');
    answers = { ...answers, status: 200, body: { data: { name: 'x' } } };
    expect((await get('/things/1', { 'banyan-read-after': 'forged' })).text).toContain('service');
    expect(asked.at(-1)).toBe('/things/1');
  });

  it('asks the monolith for a client whose write nobody knows the position of', async () => {
    monolith.handle = (request, response) =>
      request.method === 'PUT' ? request.socket.destroy() : response.end('the monolith');
    const failed = await fetch(`${url}/things/1`, { method: 'PUT', body: '{}' });
    expect(failed.status).toBe(502);
    expect((await get('/things/1', { 'banyan-read-after': failed.headers.get('banyan-read-after')! })).text).toBe(
      'the monolith',
    );
    expect(asked).toEqual([]);
    expect(seen).toEqual(['behind thing']);
  });

  it('refuses more requests at once than it may have, and takes some again when those are answered', async () => {
    stage = 'monolith';
    const held: ServerResponse[] = [];
    const all = new Promise<void>((reached) => {
      monolith.handle = (_request, response) => {
        if (held.push(response) === 50) reached();
      };
    });
    const asking = Array.from({ length: 50 }, () => get('/things/1'));
    await all;
    const refused = await get('/things/1');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    monolith.handle = (_request, response) => response.end('the monolith');
    for (const response of held) response.end('late');
    expect((await Promise.all(asking)).map(({ status }) => status)).toEqual(new Array(50).fill(200));
    expect((await get('/things/1')).text).toBe('the monolith');
  });
});
