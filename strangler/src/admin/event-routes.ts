import { problem, Refused } from '@banyan/kit';
import type { FastifyInstance } from 'fastify';
import { EventStream } from '../live-page/event-stream.ts';
import type { AdminAccess } from './access.ts';
import { type ChangeJson, changeJson, type DifferenceJson, differenceJson } from './json.ts';
import type { RouteDetail, WatchedRoutesPorts } from './watched-routes.ts';
import { watchedRoutes } from './watched-routes.ts';

export interface EventRoutesOptions extends WatchedRoutesPorts {
  readonly monolith: string;
  readonly access: AdminAccess;
  /** The declared name that a request means; throws for another. */
  readonly routeOf: (name: unknown) => string;
  /** Of those that are open. */
  readonly streams: Set<EventStream>;
  readonly beatMs?: number;
}

/** Data of the event `route`. */
export interface DetailJson {
  readonly route: string;
  readonly differences: readonly DifferenceJson[] | null;
  /** Kinds beyond those. */
  readonly moreKinds: number;
  readonly changes: readonly ChangeJson[] | null;
}

const mostStreams = 50;
const mostKinds = 50;
const mostChanges = 20;

/** `GET /events`: how the routes are, and with `?route=` what is behind one of them, as server-sent events. */
export function eventRoutes(app: FastifyInstance, options: EventRoutesOptions): void {
  const { access, routeOf, streams, beatMs = 10_000 } = options;
  const { all, details } = watchedRoutes(options);
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    for (const stream of streams) stream.end('closing');
    done();
  });
  app.get('/events', async (request, reply) => {
    const { expiresAtMs } = await access(request, 'routes:read');
    const { route: asked } = request.query as { readonly route?: unknown };
    const route = asked === undefined ? null : routeOf(asked);
    if (isClosing || streams.size >= mostStreams) throw tooMany(isClosing);
    reply.header('content-type', 'text/event-stream; charset=utf-8');
    if (request.method === 'HEAD') return reply.send('');
    reply.hijack();
    if (reply.raw.destroyed) return reply;
    // The connection ends with the stream; else it would stay open for another request, and hold up the close.
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), connection: 'close' });
    const stream = new EventStream({ response: reply.raw, expiresAtMs, beatMs });
    const admin = `http://${request.host}`;
    const stops = [all.follow((seen) => stream.tell('routes', seen))];
    if (route !== null)
      stops.push(
        details
          .get(route)!
          .follow((detail) => stream.tell('route', detailJson(route, detail, options.monolith, admin))),
      );
    streams.add(stream);
    reply.raw.once('close', () => {
      streams.delete(stream);
      for (const stop of stops) stop();
    });
    return reply;
  });
}

function tooMany(isClosing: boolean): Refused {
  const detail = isClosing ? 'it is closing' : `${mostStreams} watch the routes already`;
  return new Refused(problem('too-many-requests-at-once', detail), { 'retry-after': 2 });
}

function detailJson(route: string, detail: RouteDetail, monolith: string, admin: string): DetailJson {
  const { differences, changes } = detail;
  return {
    route,
    differences: differences?.slice(0, mostKinds).map((one) => differenceJson(route, one, { monolith, admin })) ?? null,
    moreKinds: Math.max(0, (differences?.length ?? 0) - mostKinds),
    changes: changes?.slice(0, mostChanges).map(changeJson) ?? null,
  };
}
