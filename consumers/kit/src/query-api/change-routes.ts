import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access, View } from './access.ts';
import type { ChangeFeed } from './change-feed.ts';
import { ChangeStream } from './change-stream.ts';
import { changeView, followableFilters } from './change-view.ts';
import { sendFilling } from './filling.ts';
import type { Key } from './key.ts';
import { problem } from './problem.ts';
import type { Condition } from './read-sql.ts';
import { Refused } from './refused.ts';
import type { ServedTable } from './served-table.ts';
import { filtersOf, keyOfPath, parametersOf, wrongParameter } from './table-query.ts';
import { keyRoute } from './table-routes.ts';

export interface ChangeRoutesOptions {
  readonly feed: ChangeFeed;
  readonly access: Access;
  /** Clients at most. */
  readonly mostStreams: number;
  readonly maxBufferedBytes: number;
  readonly stallMs: number;
}

/** `GET {path}/changes` and `GET {path}/{key}/changes` of one table, as server-sent events. */
export function changeRoutes(app: FastifyInstance, served: ServedTable, options: ChangeRoutesOptions): void {
  const { access } = options;
  const known = followableFilters(served).map(({ column }) => column.name);
  app.get(`${served.path}/changes`, async (request, reply) => {
    const view = await access(request, served);
    const filters = filtersOf(parametersOf(request, known), served);
    return await stream(request, reply, { ...options, served, view, key: null, filters });
  });
  app.get(`${keyRoute(served)}/changes`, async (request, reply) => {
    const view = await access(request, served);
    parametersOf(request, []);
    return await stream(request, reply, { ...options, served, view, key: keyOfPath(request, served), filters: [] });
  });
}

interface Asked extends ChangeRoutesOptions {
  readonly served: ServedTable;
  readonly view: View;
  readonly key: readonly Key[] | null;
  readonly filters: readonly Condition[];
}

async function stream(request: FastifyRequest, reply: FastifyReply, asked: Asked): Promise<FastifyReply> {
  const { feed, served, view, key, filters, mostStreams, maxBufferedBytes, stallMs } = asked;
  const lastId = lastEventId(request);
  if (feed.isClosed || feed.clients >= mostStreams) {
    const detail = feed.isClosed ? 'it is closing' : `${mostStreams} clients follow changes already`;
    throw new Refused(problem('too-many-requests-at-once', detail), { 'retry-after': 2 });
  }
  const end = await feed.end();
  if (end === null || end.standpoint.gtid === null) {
    return sendFilling(reply, end?.standpoint ?? { state: 'starting', reason: null });
  }
  reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'banyan-position': end.standpoint.gtid });
  if (request.method === 'HEAD') return reply.send('');
  const hasMissed = lastId !== null && (lastId < end.floor || lastId > end.sequence);
  const conditions = view.owner ? [view.owner, ...filters] : filters;
  reply.hijack();
  // The connection ends with the stream; else it would stay open for another request, and hold up the close.
  reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), connection: 'close' });
  const client = new ChangeStream({
    response: reply.raw,
    view: changeView(served, key, conditions),
    cursor: lastId === null || hasMissed ? end.sequence : lastId,
    expiresAtMs: view.expiresAtMs,
    feed,
    maxBufferedBytes,
    stallMs,
  });
  client.start(end, hasMissed);
  client.follow();
  return reply;
}

function lastEventId({ headers }: FastifyRequest): number | null {
  const text = headers['last-event-id'];
  if (text === undefined || text === '') return null;
  if (typeof text === 'string' && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw wrongParameter('Last-Event-ID is the id of an event of this stream');
}
