import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SourceOffset } from '../rest/types.ts';
import { type FakeAnswer, type FakeRequest, refused } from './fake-answer.ts';
import { answer } from './fake-routes.ts';
import { emptyState, type FakeConnector, type FakePlugin, type FakeState } from './fake-state.ts';

export type FakeConnectOptions = {
  readonly plugin?: FakePlugin;
  /** Requests without it are answered with 401. */
  readonly basicAuth?: { readonly user: string; readonly password: string };
  /** It speaks https with this certificate, as PEM texts. With `clientCa` only clients with one of that authority get in. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
};

/** A Kafka Connect worker in memory, and the knobs of it. */
export type FakeConnect = {
  readonly url: string;
  /** The requests answered so far, `PUT /connectors/bank/config`, in order. */
  readonly requests: readonly string[];
  /** The next requests are answered with 409, as while the group rebalances. */
  rebalanceFor(requests: number): void;
  /** The next request is answered with this, whatever it asks; several queue up. A text body is sent as it is. */
  answerNext(status: number, body?: unknown): void;
  /** The next request is acted upon, and its answer then lost with the connection. */
  loseNextAnswer(): void;
  /** The next request is never answered. */
  leaveNextUnanswered(): void;
  /** The connector is FAILED with this trace, its task gone, until a restart or another config. */
  failConnector(name: string, trace: string): void;
  /** The connector's task is FAILED with this trace, until a restart with tasks or another config. */
  failTask(name: string, trace: string): void;
  /** What `offsets` shows for this connector from now on. */
  setOffsets(name: string, offsets: SourceOffset[]): void;
  /** What `activeTopics` shows for this connector from now on. */
  setTopics(name: string, topics: string[]): void;
  /** What `health` says from now on. */
  setHealth(status: 'healthy' | 'starting' | 'unhealthy', message: string): void;
  stop(): Promise<void>;
};

const HEALTH_STATUS = { healthy: 200, starting: 503, unhealthy: 500 };

type Turn = FakeAnswer | 'lose' | 'leave';

/** Starts one on a free port of 127.0.0.1. A knob for a connector that is not there throws. */
export async function fakeConnect({ plugin = {}, basicAuth, tls }: FakeConnectOptions = {}): Promise<FakeConnect> {
  const state = emptyState();
  const turns: Turn[] = [];
  const requests: string[] = [];
  const server = serverFor(tls, (message, response) => {
    void readRequest(message).then((request) => {
      requests.push(`${request.method} ${request.path}`);
      const turn = turns.shift();
      if (turn === 'leave') return;
      const given = typeof turn === 'object' ? turn : worker(message, request);
      if (turn === 'lose') message.socket.destroy();
      else send(response, given);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function worker(message: IncomingMessage, request: FakeRequest): FakeAnswer {
    if (!isAllowed(message, basicAuth)) return refused(401, 'User cannot access the resource.');
    return answer(state, plugin, `127.0.0.1:${port}`, request);
  }

  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    rebalanceFor: (count) => turns.push(...Array<Turn>(count).fill(refused(409, STALE))),
    answerNext: (status, body) => turns.push({ status, body }),
    loseNextAnswer: () => turns.push('lose'),
    leaveNextUnanswered: () => turns.push('leave'),
    failConnector: (name, trace) => Object.assign(present(state, name), { connectorTrace: trace }),
    failTask: (name, trace) => Object.assign(present(state, name), { taskTrace: trace }),
    setOffsets: (name, offsets) => state.offsets.set(name, offsets),
    setTopics: (name, topics) => Object.assign(present(state, name), { topics }),
    setHealth: (status, message) => {
      state.health = { status: HEALTH_STATUS[status], body: { status, message } };
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function serverFor(tls: FakeConnectOptions['tls'], listener: RequestListener) {
  if (tls === undefined) return createServer(listener);
  const { cert, key, clientCa } = tls;
  const asking = clientCa !== undefined && { ca: clientCa, requestCert: true };
  return createTlsServer({ cert, key, ...asking }, listener);
}

const STALE =
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)';

function present({ connectors }: FakeState, name: string): FakeConnector {
  const connector = connectors.get(name);
  if (connector === undefined) throw new Error(`fakeConnect: there is no connector "${name}"; put it first`);
  return connector;
}

async function readRequest(message: IncomingMessage): Promise<FakeRequest> {
  const url = new URL(message.url ?? '/', 'http://127.0.0.1');
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += chunk;
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { method: message.method ?? '', path: url.pathname, query: url.searchParams, body };
}

function isAllowed(message: IncomingMessage, basicAuth: FakeConnectOptions['basicAuth']): boolean {
  if (basicAuth === undefined) return true;
  const wanted = Buffer.from(`${basicAuth.user}:${basicAuth.password}`).toString('base64');
  return message.headers.authorization === `Basic ${wanted}`;
}

function send(response: ServerResponse, { status, body }: FakeAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
}
