import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { KitError } from '../errors.ts';
import { requestDurations } from './http-metrics.ts';
import { type Problem, problem, problemMediaType, sendProblem } from './problem.ts';
import type { Log } from './read-pool.ts';
import { Refused } from './refused.ts';

export interface HttpServerOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** What an error of a handler means to the caller; null for one nobody foresaw. */
  readonly problemOf?: (error: unknown) => Problem | null;
  /** Requests that are answered at the same time; one more is refused, but for `unlimited`. Default 1,000. */
  readonly maxRequests?: number;
  /** Answers that go on for as long as the client likes; they are counted elsewhere. */
  readonly streams?: () => number;
}

/** They say how a busy service is. */
const unlimited = new Set(['/live', '/ready', '/proof', '/metrics', '/openapi.json']);

export interface ListenOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
}

export interface Server {
  /** Resolves to the server's URL, without a slash at the end. */
  listen(options: ListenOptions): Promise<string>;
  /** Takes no new connections, answers what has been asked, for 10 s at most, and closes. */
  close(): Promise<void>;
}

/**
 * Every answer says how old it is, so none may be stored and given again later (RFC 9111, 5.2.2.5). `Age` is not for an origin:
 * it would mean that the answer comes from a cache (RFC 9111, 5.1).
 */
const fixedHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** A server that takes the methods of its routes, and whose every error is an RFC 9457 problem. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { registry, log, problemOf = () => null, maxRequests = 1000, streams = () => 0 } = options;
  const app = fastify({
    requestTimeout: 10_000,
    bodyLimit: 16_384,
    // During a close what still arrives on an open connection is answered, with `Connection: close`.
    return503OnClosing: false,
    // The server's limit for a request's head, 16 KiB, comes first.
    routerOptions: { maxParamLength: 65_536 },
    frameworkErrors: (_error, _request, reply) => {
      sendProblem(reply.headers(fixedHeaders), problem('malformed-request', 'the path is not percent-encoded UTF-8'));
    },
    clientErrorHandler: refuseConnection,
  });
  const paths: Paths = new Map();
  app.addHook('onRoute', ({ url, method }) => void paths.set(url, [...(paths.get(url) ?? []), ...[method].flat()]));
  const unanswered = new Set<ServerResponse>();
  function forget(this: ServerResponse): void {
    unanswered.delete(this);
  }
  // Node closes idle connections once; one that is in use would stay open after its answer, and hold up the close.
  app.addHook('preClose', (done) => {
    for (const response of unanswered) if (!response.headersSent) response.setHeader('connection', 'close');
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    unanswered.add(reply.raw);
    reply.raw.once('close', forget);
    reply.headers(fixedHeaders);
    const isBusy = unanswered.size - streams() > maxRequests && !unlimited.has(request.routeOptions.url ?? '');
    if (isBusy) sendProblem(reply, tooMany(maxRequests), { 'retry-after': 1 });
    else if (request.routeOptions.url !== undefined && !(isRead(request) && hasBody(request))) done();
    else refuse(request, reply, paths);
  });
  const observe = requestDurations(registry);
  app.addHook('onResponse', (request, reply, done) => {
    unanswered.delete(reply.raw);
    // How long a client follows changes says nothing of how fast the service is.
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (!isStream) observe(request.method, request.routeOptions.url, reply.statusCode, reply.elapsedTime);
    done();
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, unknownRoute(paths)));
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refused) return sendProblem(reply, error.problem, error.headers);
    const known = problemOf(error) ?? unreadable(error);
    if (known) return sendProblem(reply, known, known.status === 503 ? { 'retry-after': 1 } : {});
    log({ message: 'a request failed', route: request.routeOptions.url, error });
    return sendProblem(reply, problem('unexpected', 'the log has more'));
  });
  return app;
}

/** What the framework says of a body. */
function unreadable(error: unknown): Problem | null {
  const { code = '' } = error as { readonly code?: string };
  return /^FST_ERR_CTP_/.test(code)
    ? problem('malformed-request', 'the body is not JSON (application/json) of 16 KiB at most')
    : null;
}

const tooMany = (count: number): Problem =>
  problem('too-many-requests-at-once', `${count} requests are being answered already`);

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

/** Content in a GET has no meaning, and may be an attempt to smuggle a request (RFC 9110, 9.3.1). */
const hasBody = ({ headers }: FastifyRequest) =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** What can be asked, and by which methods. */
type Paths = Map<string, readonly string[]>;

/** The connection is closed, as a body that nobody reads may follow. */
function refuse(request: FastifyRequest, reply: FastifyReply, paths: Paths): void {
  reply.header('connection', 'close');
  const path = request.url.split('?', 1)[0]!;
  const known = [...paths].filter(([one]) => new RegExp(`^${one.replaceAll(/:\w+/g, '[^/]*')}$`).test(path));
  const methods = [...new Set(known.flatMap(([, some]) => some))];
  if (methods.length === 0) return void sendProblem(reply, unknownRoute(paths));
  if (methods.includes(request.method))
    return void sendProblem(reply, problem('malformed-request', 'a request here has no body'));
  const detail = `${request.method} is not allowed, ${methods.join(' and ')} ${methods.length === 1 ? 'is' : 'are'}`;
  sendProblem(reply, problem('method-not-allowed', detail), { allow: methods.join(', ') });
}

function unknownRoute(paths: Paths): Problem {
  return problem('unknown-route', `the paths here are ${[...paths.keys()].join(', ').replaceAll(/:(\w+)/g, '{$1}')}`);
}

/** What is no HTTP request, or none in time, never becomes one that a hook sees. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const sent = refusalOf(error.code);
  const body = JSON.stringify(sent);
  socket.end(
    `HTTP/1.1 ${sent.status} ${STATUS_CODES[sent.status]}\r\nContent-Type: ${problemMediaType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`,
  );
}

function refusalOf(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('request-timeout', 'it took longer than 10 s');
  if (code === 'HPE_HEADER_OVERFLOW') return problem('headers-too-large', 'they may have 16 KiB together');
  return problem('malformed-request', 'it is not HTTP/1.1');
}

const drainMs = 10_000;

export async function listen(app: FastifyInstance, { port, host = '127.0.0.1' }: ListenOptions): Promise<string> {
  return await app.listen({ port, host }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EADDRNOTAVAIL') throw error;
    throw new KitError('config', `PORT, HOST: ${error.message}`, {
      remedy: 'end what listens there, or give another',
      cause: error,
    });
  });
}

export async function drain(app: FastifyInstance): Promise<void> {
  const last = setTimeout(() => app.server.closeAllConnections(), drainMs);
  await app.close();
  clearTimeout(last);
}
