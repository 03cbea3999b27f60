import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../e2e/src/eventually.ts';
import { foldStatus } from './fold-status.ts';
import { type PageServer, pageServer } from './page-server.ts';
import { hostile, wellLooked } from './testing-told.ts';

let server: PageServer;
/** Of the status: what each of its watchers is told by. */
const watchers = new Set<unknown>();
const nothing = () => () => {};
beforeEach(async () => {
  const told = foldStatus({ ...wellLooked, seen: { ...wellLooked.seen, dataDir: hostile } }, 0);
  server = await pageServer(
    {
      status: (tell) => {
        watchers.add(tell);
        tell(told);
        return () => watchers.delete(tell);
      },
      ...{ stops: nothing, topics: nothing, transactions: nothing },
    },
    0,
  );
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** fetch names its own Host. */
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<Answer>((done, fail) => {
    const { hostname, port } = new URL(server.url);
    request({ hostname, port, path, method, headers, agent: false }, async (answer) =>
      done({ status: answer.statusCode!, headers: answer.headers, body: await text(answer) }),
    )
      .on('error', fail)
      .end();
  });

describe('the server of the page', () => {
  it('has the page and what it asks for, runs nothing inline or from elsewhere', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*require-trusted-types-for 'script'/),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
    const asked = [...body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => `/${path}`);
    for (const path of asked) {
      const file = await ask(path);
      expect([path, file.status]).toEqual([path, 200]);
      for (const [, name] of file.body.matchAll(/ from '([^']*)';$/gm)) {
        expect(name).toMatch(/^\.\/[\w-]+\.js$/);
        if (!asked.includes(`/page/${name!.slice(2)}`)) asked.push(`/page/${name!.slice(2)}`);
      }
    }
    expect(asked).toContain('/page/patch.js');
  });

  it.each(['localhost:7', 'LOCALHOST', '127.0.0.1:80', '[::1]:80'])(
    'answers as %s, whatever the port',
    async (host) => {
      expect((await ask('/', { host })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example', 'x@localhost'])(
    'tells nothing as %j: somebody has pointed a name of his here',
    async (host) => {
      for (const path of ['/', '/events', '/page/main.js']) expect((await ask(path, { host })).status).toBe(421);
    },
  );

  it('lets no other page read it', async () => {
    const { headers } = await ask('/', { origin: 'http://evil.example' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    expect((await ask('/', {}, method)).status).toBe(405);
  });

  it.each(['/page/main.ts', '/page/../told.ts', '/page/..%2ftold.ts', '//', '/page/', '/x', '/page/text.unit.test.js'])(
    'has no %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );

  it('tells what is known as events, with nothing in them that a screen acts on, and forgets who has gone', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${server.url}events`, { signal: stop.signal });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let said = '';
    while (!said.includes('event: status\n')) said += (await reader.read()).value;
    expect(said).toContain('\\\\u202e\\\\x1b[31m');
    for (const sign of ['\u202e', '\u001b']) expect(said).not.toContain(sign);
    expect(watchers.size).toBe(1);
    stop.abort();
    await eventually('he is forgotten', () => watchers.size === 0, 5000);
  });

  it('ends while somebody watches', async () => {
    const answer = await fetch(`${server.url}events`);
    await server[Symbol.asyncDispose]();
    expect(await answer.text()).toContain('event: end\ndata: {"reason":"closing"}');
    server = await pageServer({ status: nothing, stops: nothing, topics: nothing, transactions: nothing }, 0);
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL(server.url).port);
    const feeds = { status: nothing, stops: nothing, topics: nothing, transactions: nothing };
    await expect(pageServer(feeds, port)).rejects.toMatchObject({ code: 'port-taken' });
  });
});
