import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { TestMonolith } from '../testing-monolith.ts';
import { type ForwardOptions, forward } from './forward.ts';
import { FacadeServer } from './server.ts';
import { isWebSocket, passUpgrade } from './upgrade.ts';

describe('the proxy', () => {
  let monolith: TestMonolith;
  let pool: Pool;
  let server: FacadeServer;
  let url: string;
  let options: ForwardOptions;
  beforeEach(async () => {
    monolith = await TestMonolith.start();
    pool = new Pool(monolith.url, { headersTimeout: 1000 });
    options = {};
    server = new FacadeServer({
      handle: (request, response) => forward(pool, request, response, options),
      upgrade: (request, socket, head) =>
        passUpgrade({ host: '127.0.0.1', port: monolith.port }, request, socket, head),
    });
    url = await server.listen({ port: 0 });
  });
  afterEach(async () => {
    await server.close();
    await pool.destroy();
    await monolith.stop();
  });

  /** What a client gets for the very bytes that it sends. */
  const raw = async (text: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(text);
    let got = '';
    for await (const piece of socket) {
      got += piece;
      if (/\r\n\r\n/.test(got) && !/^HTTP\/1.1 200/.test(got)) break;
    }
    socket.destroy();
    return got;
  };

  it('passes path, query, method, body and fields on as they are, and says who asked', async () => {
    monolith.handle = (_request, response, body) => {
      response.writeHead(201, 'Made', { 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] });
      response.end(`got ${body}`);
    };
    const answer = await fetch(`${url}/a//b/%2e%2E/c?x=%zz&y`, {
      method: 'POST',
      body: 'a body',
      headers: { 'x-forwarded-for': '10.0.0.1', cookie: 's=1' },
    });
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([201, 'Made', 'got a body']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const [seen] = monolith.seen;
    expect(seen!.method).toBe('POST');
    expect(seen!.headers).toMatchObject({
      host: new URL(url).host,
      cookie: 's=1',
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      'x-forwarded-host': new URL(url).host,
      'x-forwarded-proto': 'http',
      via: '1.1 banyan',
    });
  });

  it('leaves what a load balancer has said of the client as it was, and adds itself', async () => {
    const said = {
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'bank.example',
      via: '1.1 edge',
    };
    await fetch(url, { headers: said });
    expect(monolith.seen[0]!.headers).toMatchObject({
      ...said,
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      via: '1.1 edge, 1.1 banyan',
    });
  });

  it('does not change a path that is written in an unusual way', async () => {
    for (const path of ['//x', '/a/../b', '/%2e%2e/x', '/a%2Fb', '/a\\b', '/;a=1', '/?q=1?2', '/é', '*']) {
      const got = await raw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const direct = monolith.seen.at(-1)?.url;
      if (/^HTTP\/1.1 200/.test(got)) expect(direct).toBe(Buffer.from(path).toString('latin1'));
      else expect(got).toMatch(/^HTTP\/1.1 400 [\s\S]*urn:problem-type:banyan:malformed-request/);
    }
    expect(monolith.seen.length).toBeGreaterThan(5);
  });

  it.each([
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks by another name', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunks written oddly', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['chunks not last', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a length that is none', 'Content-Length: +3\r\n\r\nabc'],
    ['a folded field', 'X-A: 1\r\n folded\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n'],
    ['a bare line feed in a field', 'X-A: 1\nContent-Length: 3\r\n\r\nabc'],
    ['a chunk size that is none', 'Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n'],
  ])('refuses a request with %s, and no second one hides in it', async (_what, rest) => {
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
    const got = await raw(`POST /x HTTP/1.1\r\nHost: a\r\n${rest}${hidden}`);
    expect(got).toMatch(/^HTTP\/1.1 400 |^$/);
    expect(monolith.seen.filter(({ url }) => url === '/hidden')).toEqual([]);
  });

  it('refuses fields that are too large, and a request without a host', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(monolith.seen).toEqual([]);
  });

  it('passes no field on that is about one connection, nor lets Connection take others away', async () => {
    await raw(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, x-mine, cookie\r\nX-Mine: 1\r\nCookie: s=1\r\nTE: trailers\r\nKeep-Alive: 3\r\nProxy-Authorization: x\r\n\r\n',
    );
    const { headers } = monolith.seen[0]!;
    expect(headers.cookie).toBe('s=1');
    for (const name of ['x-mine', 'te', 'proxy-authorization']) expect(headers[name]).toBeUndefined();
    expect(headers.connection).not.toMatch(/x-mine/);
  });

  it('holds neither a body nor an answer in memory: who is slow is waited for', async () => {
    const piece = Buffer.alloc(1_000_000, 'a');
    let written = 0;
    monolith.handle = async (_request, response) => {
      response.setMaxListeners(0);
      for (let count = 0; count < 200 && !response.destroyed; count++) {
        if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
        written++;
      }
      response.end();
    };
    const asked = httpRequest(url).end();
    const [answer] = await once(asked, 'response');
    answer.pause();
    let before = -1;
    while (written > before) {
      before = written;
      await new Promise((later) => setTimeout(later, 200));
    }
    expect(written).toBeLessThan(60);
    asked.destroy();
  });

  it('ends the request to the monolith when its client goes, and the client’s when the monolith does', async () => {
    const gone = new Promise((resolve) => {
      monolith.handle = (request, response) => {
        response.write('a part');
        request.socket.once('close', resolve);
      };
    });
    const asked = httpRequest(url).end();
    const [answer] = await once(asked, 'response');
    await once(answer, 'data');
    asked.on('error', () => {}).destroy();
    await gone;

    monolith.handle = (request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('a part');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await expect(fetch(url).then((one) => one.text())).rejects.toThrow();
  });

  it('asks again for a read on a connection that was closed as it was used, never for a write', async () => {
    let count = 0;
    monolith.handle = (request, response) => {
      if (++count % 2 === 1) request.socket.destroy();
      else response.end(`after ${count}`);
    };
    expect(await (await fetch(url)).text()).toBe('after 2');
    const write = await fetch(url, { method: 'POST', body: 'x' });
    expect(write.status).toBe(502);
    expect(await write.json()).toMatchObject({ type: 'urn:problem-type:banyan:monolith-unreachable' });
    expect(count).toBe(3);
  });

  it('tells a client of a write that failed that he must ask the monolith', async () => {
    options = { refusalFields: () => ['banyan-read-after', 'unknown'] };
    monolith.handle = (request) => request.socket.destroy();
    const { status, headers } = await fetch(url, { method: 'POST', body: 'x' });
    expect([status, headers.get('banyan-read-after')]).toEqual([502, 'unknown']);
    monolith.handle = () => {};
    const late = await fetch(url, { method: 'POST', body: 'x' });
    expect([late.status, late.headers.get('banyan-read-after')]).toEqual([504, 'unknown']);
  });

  it('adds what is known only after the monolith has answered, before the client has', async () => {
    const order: string[] = [];
    monolith.handle = (_request, response) => {
      order.push('monolith');
      response.end('done');
    };
    options = {
      beforeAnswer: async () => {
        await new Promise((later) => setTimeout(later, 30));
        order.push('position');
        return ['x-after', '0-1-7'];
      },
    };
    const answer = await fetch(url, { method: 'POST', body: 'x' });
    order.push('client');
    expect([answer.headers.get('x-after'), await answer.text()]).toEqual(['0-1-7', 'done']);
    expect(order).toEqual(['monolith', 'position', 'client']);
  });

  it('keeps an answer for comparison, and not one that is too long or compressed', async () => {
    const seen: string[] = [];
    options = { keepBytes: 10, seen: ({ body }) => seen.push(body.toString()) };
    for (const [text, fields] of [
      ['short', {}],
      ['longer than ten', {}],
      ['zipped', { 'content-encoding': 'gzip' }],
    ] as const) {
      monolith.handle = (_request, response) => response.writeHead(200, fields).end(text);
      await fetch(url, { headers: { 'accept-encoding': 'identity' } })
        .then((one) => one.text())
        .catch(() => {});
    }
    expect(seen).toEqual(['short']);
  });

  it('passes a connection on that becomes another protocol’s, both ways', async () => {
    const far = createServer((socket) => {
      socket.once('data', (head) => {
        expect(head.toString()).toMatch(
          /^GET \/chat HTTP\/1.1\r\n[\s\S]*upgrade: websocket\r\n[\s\S]*x-key: 1\r\n|x-key: 1[\s\S]*upgrade: websocket/i,
        );
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
        const early = head.toString().split('\r\n\r\n')[1];
        if (early) socket.write(`echo ${early}`);
        socket.on('data', (bytes) => socket.write(`echo ${bytes}`));
        socket.on('error', () => {});
      });
    });
    await new Promise<void>((listening) => far.listen(0, '127.0.0.1', listening));
    const { port } = far.address() as { port: number };
    const other = new FacadeServer({
      handle: () => {},
      upgrade: (request, socket, head) => passUpgrade({ host: '127.0.0.1', port }, request, socket, head),
    });
    const at = new URL(await other.listen({ port: 0 }));
    const socket = connect(Number(at.port), at.hostname);
    socket.write('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Key: 1\r\n\r\nearly');
    let got = '';
    socket.on('data', (bytes) => {
      got += bytes;
    });
    const until = async (text: string) => {
      while (!got.includes(text)) await once(socket, 'data');
    };
    await until('echo early');
    expect(got).toMatch(/^HTTP\/1.1 101 /);
    socket.write('hello');
    await until('echo hello');
    await other.close();
    far.close();
  });

  it('passes nothing on of a connection whose upgrade the monolith has refused, and none where it may not be one', async () => {
    const hidden = 'PUT /hidden HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';
    const asks = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await raw(`${asks}${hidden}`)).toContain('the monolith');
    expect(monolith.seen.map(({ url: path }) => path)).toEqual(['/chat']);
    const asked: string[] = [];
    const strict = new FacadeServer({
      handle: ({ method, url: path }, response) => {
        asked.push(`${method} ${path}`);
        response.end('looked at');
      },
      isUpgrade: isWebSocket,
      upgrade: (_request, socket) => socket.destroy(),
    });
    const at = await strict.listen({ port: 0 });
    const { port } = new URL(at);
    for (const head of ['PUT /a HTTP/1.1\r\nUpgrade: websocket', 'GET /b HTTP/1.1\r\nUpgrade: h2c']) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`${head}\r\nHost: a\r\nConnection: Upgrade\r\n\r\n`);
      expect(String((await once(socket, 'data'))[0])).toContain('looked at');
      socket.destroy();
    }
    expect(asked).toEqual(['PUT /a', 'GET /b']);
    await strict.close();
  });
});
