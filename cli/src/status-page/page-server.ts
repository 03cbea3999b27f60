import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EventStream, type PageFile, pageFiles, pageHeaders } from '@banyan/strangler/live-page';
import { CliError } from '../errors.ts';
import { escaped } from '../terminal/escape.ts';
import type { Told } from './told.ts';

/** Begins to tell, at once what is known; the function that comes back ends it. */
export type Feeds = { readonly [Name in keyof Told]: (tell: (told: Told[Name]) => void) => () => void };

export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

const mostStreams = 20;
const headers = { ...pageHeaders, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** This machine's names for itself. Another in `Host` is a name that somebody has pointed here: DNS rebinding. */
const ownHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

/**
 * Serves the page at 127.0.0.1, to be read and nothing else; port 0 is any that is free. Throws CliError `port-taken`.
 */
export async function pageServer(feeds: Feeds, port: number, beatMs = 5000): Promise<PageServer> {
  const { page, files } = pageFiles(join(import.meta.dirname, 'page'));
  const streams = new Set<EventStream>();
  const server = createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    if (!ownHost.test(request.headers.host ?? ''))
      return refuse(response, 421, 'it is asked for as 127.0.0.1 or localhost');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'it can only be read');
    if (path === '/events') {
      if (streams.size >= mostStreams) return refuse(response, 503, `${mostStreams} watch it already`);
      return follow(feeds, response, streams, request.method === 'HEAD' ? null : beatMs);
    }
    const file = path === '/' ? page : files.get(path.replace(/^\/page\//, ''));
    return file ? send(response, file) : refuse(response, 404, 'there is nothing here');
  });

  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const remedy = 'give another: --port N, or none for any that is free';
    throw new CliError('port-taken', `port ${port} cannot be taken: ${(error as Error).message}`, {
      remedy,
      cause: error,
    });
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      for (const stream of streams) stream.end('closing');
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** Tells what the feeds tell for as long as the client is there; without a beat the head alone. */
function follow(feeds: Feeds, response: ServerResponse, streams: Set<EventStream>, beatMs: number | null): void {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' });
  if (beatMs === null) {
    response.end();
    return;
  }
  const stream = new EventStream({ response, expiresAtMs: null, beatMs });
  streams.add(stream);
  const stops = (Object.keys(feeds) as (keyof Told)[]).map((name) =>
    (feeds[name] as (tell: (told: unknown) => void) => () => void)((told) => stream.tell(name, shown(told))),
  );
  response.once('close', () => {
    streams.delete(stream);
    for (const stop of stops) stop();
  });
}

/** Nothing that a screen would act on instead of showing it: marks that turn the direction of text among them. */
const shown = (told: unknown): unknown =>
  JSON.parse(JSON.stringify(told, (_, value) => (typeof value === 'string' ? escaped(value) : value)));

function send(response: ServerResponse, { type, text }: PageFile): void {
  response.writeHead(200, { ...headers, 'content-type': type }).end(text);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}
