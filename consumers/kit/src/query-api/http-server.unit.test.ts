import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { eventually } from '../testkit/eventually.ts';
import { createRegistry } from './http-metrics.ts';
import { createHttpServer, drain, listen } from './http-server.ts';

let app: FastifyInstance;
let port: number;
const logged: unknown[] = [];

beforeAll(async () => {
  app = createHttpServer({ registry: createRegistry(), log: (entry) => void logged.push(entry.error) });
  app.get('/ok', async () => ({ ok: true }));
  app.get('/defect', async () => {
    throw new Error('SELECT secret FROM t');
  });
  port = Number(new URL(await listen(app, { port: 0 })).port);
});

afterAll(() => drain(app));

/** Sends bytes as they are and gives all that comes back until the server closes. */
const raw = (request: string) =>
  new Promise<{ status: number; head: string; body: Record<string, unknown> }>((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: JSON.parse(body) });
    });
  });

describe('a request that is none', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'malformed-request'],
    [
      'two lengths',
      'POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'malformed-request',
    ],
    ['a head of 20 KiB', `GET /ok HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  ])('%s', async (_name, request, status, code) => {
    const answer = await raw(request);
    expect([answer.status, answer.body.status, answer.body.type]).toEqual([
      status,
      status,
      `urn:problem-type:banyan:${code}`,
    ]);
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(answer.head).toContain('connection: close');
  });
});

describe('a request with a body', () => {
  it.each([
    ['by length', 'Content-Length: 5\r\n\r\nhello'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ])('%s is refused, and the connection closed', async (_name, rest) => {
    const answer = await raw(`GET /ok HTTP/1.1\r\nHost: x\r\n${rest}GET /ok HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect([answer.status, answer.body.type]).toEqual([400, 'urn:problem-type:banyan:malformed-request']);
    expect(answer.head).toContain('connection: close');
  });

  it('that is empty is answered', async () => {
    const answer = await raw('GET /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
  });
});

describe('an error that nobody foresaw', () => {
  it('is logged, and answered without what it says', async () => {
    const answer = await raw('GET /defect HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer.body).toEqual({
      type: 'urn:problem-type:banyan:unexpected',
      status: 500,
      title: 'The service has a defect',
      detail: 'the log has more',
    });
    expect(logged).toEqual([new Error('SELECT secret FROM t')]);
  });
});

describe('a server that is busy', () => {
  it('refuses one request more than it takes, says when to come again, and still says how it is', async () => {
    const busy = createHttpServer({ registry: createRegistry(), log: () => {}, maxRequests: 2 });
    let go = (): void => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    let under = 0;
    busy.get('/slow', async () => {
      under++;
      await held;
      return { ok: true };
    });
    busy.get('/live', async () => ({ live: true }));
    const url = await listen(busy, { port: 0 });
    try {
      const slow = [fetch(`${url}/slow`), fetch(`${url}/slow`)];
      await eventually('both are being answered', () => under === 2);
      const refused = await fetch(`${url}/slow`);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await refused.json()).toMatchObject({ type: 'urn:problem-type:banyan:too-many-requests-at-once' });
      expect((await fetch(`${url}/live`)).status).toBe(200);
      go();
      expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await fetch(`${url}/slow`)).status).toBe(200);
    } finally {
      go();
      await drain(busy);
    }
  });
});

it('names a port that is taken, which is no defect', async () => {
  const other = createHttpServer({ registry: createRegistry(), log: () => {} });
  await expect(listen(other, { port })).rejects.toMatchObject({
    code: 'config',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  await other.close();
});

it('takes POST where it is told to, with a body of 16 KiB at most, and says of other paths that they can only be read', async () => {
  const taking = createHttpServer({ registry: createRegistry(), log: () => {} });
  taking.get('/ok', async () => ({ ok: true }));
  taking.post('/said', async ({ body }) => body);
  const url = await listen(taking, { port: 0 });
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return [answer.status, ((await answer.json()) as { type?: string; a?: number }).type ?? 'taken'];
  };
  try {
    expect(await post('/said', { a: 1 })).toEqual([200, 'taken']);
    expect(await post('/ok', { a: 1 })).toEqual([405, 'urn:problem-type:banyan:method-not-allowed']);
    expect(await post('/said', { a: 'x'.repeat(17_000) })).toEqual([400, 'urn:problem-type:banyan:malformed-request']);
    const text = await fetch(`${url}/said`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect([text.status, await text.json()]).toMatchObject([
      400,
      { type: 'urn:problem-type:banyan:malformed-request' },
    ]);
  } finally {
    await drain(taking);
  }
});
