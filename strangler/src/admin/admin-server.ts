import { createHttpServer, createRegistry, drain, type Log, listen, type Server, type TokenRules } from '@banyan/kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { StranglerError } from '../errors.ts';
import type { EventStream } from '../live-page/event-stream.ts';
import { isWrite, servicesOf } from '../route/declaration.ts';
import type { BothAnswers } from '../shadow/side-by-side.ts';
import type { EvidenceLog } from '../state/evidence-log.ts';
import type { EvidenceStore } from '../state/evidence-store.ts';
import type { Guard } from '../state/guard.ts';
import { placeText } from '../state/route-state.ts';
import type { RouteSwitch } from '../state/route-switch.ts';
import { type AdminAccess, adminAccess } from './access.ts';
import { routeMetrics } from './admin-metrics.ts';
import { eventRoutes } from './event-routes.ts';
import { changeJson, differenceJson, stateJson } from './json.ts';
import { moveBody } from './move-body.ts';
import { pageRoutes } from './page-routes.ts';
import { problemOf } from './problems.ts';
import { type SeenRoutesPorts, seenRoutes } from './seen-routes.ts';
import { writeMetrics } from './write-metrics.ts';

export interface AdminOptions extends SeenRoutesPorts {
  readonly evidence: Pick<EvidenceStore, 'counts' | 'differences'>;
  /** Of this replica. */
  readonly evidenceLog: Pick<EvidenceLog, 'totals'>;
  readonly guard: Pick<Guard, 'reverts'>;
  readonly routeSwitch: Pick<RouteSwitch, 'move'>;
  /** What both sides say to a path of a route now. */
  readonly sideBySide: (route: string, path: string) => Promise<BothAnswers>;
  readonly monolith: string;
  readonly auth: TokenRules;
  readonly log: Log;
}

/**
 * The admin port of a facade: how the routes are, and the verbs that move them. It is never the public one. Nothing is opened before
 * `listen`, which takes 127.0.0.1 unless it is told another address.
 */
export function createAdminServer(options: AdminOptions): Server {
  const registry = createRegistry();
  const streams = new Set<EventStream>();
  const app = createHttpServer({
    registry,
    log: options.log,
    problemOf,
    maxRequests: 100,
    streams: () => streams.size,
  });
  const access = adminAccess(options.auth);
  healthRoutes(app, options);
  metricsRoute(app, options, registry);
  readRoutes(app, options, access);
  moveRoute(app, options, access);
  eventRoutes(app, { ...options, access, routeOf: (name) => routeNamed(name, options), streams });
  pageRoutes(app);
  return { listen: (where) => listen(app, where), close: () => drain(app) };
}

/** A facade that does not know the states still answers every client, by the monolith: it is ready. */
function healthRoutes(app: FastifyInstance, { watch }: AdminOptions): void {
  app.get('/live', async () => ({ live: true }));
  app.get('/ready', async () => ({ ready: true, ...watch.knowledge }));
}

function metricsRoute(app: FastifyInstance, options: AdminOptions, registry: ReturnType<typeof createRegistry>): void {
  const { routes, writes, watch, evidenceLog, guard, standings } = options;
  const show = routeMetrics(registry);
  const showWrites = writeMetrics(registry);
  app.get('/metrics', async (_request, reply) => {
    const facts = routes.map((route) => ({
      state: watch.of(route.name),
      counts: evidenceLog.totals(route.name),
      reverts: guard.reverts(route.name),
      services: standings.all(servicesOf(route)),
    }));
    show(facts, watch.knowledge);
    if (writes) showWrites(routes.filter(isWrite), writes);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function readRoutes(app: FastifyInstance, options: AdminOptions, access: AdminAccess): void {
  app.get('/routes', async (request) => {
    await access(request, 'routes:read');
    return await seenRoutes(options);
  });
  app.get('/routes/:name/differences', async (request) => {
    await access(request, 'routes:read');
    const route = routeOf(request, options);
    const found = await options.evidence.differences(route);
    const addresses = { monolith: options.monolith, admin: `http://${request.host}` };
    return { route, differences: found.map((one) => differenceJson(route, one, addresses)) };
  });
  app.get('/routes/:name/compare', async (request) => {
    await access(request, 'routes:read');
    const { path } = request.query as { readonly path?: unknown };
    return await options.sideBySide(routeOf(request, options), typeof path === 'string' ? path : '');
  });
  app.get('/routes/:name/changes', async (request) => {
    await access(request, 'routes:read');
    const route = routeOf(request, options);
    return { route, changes: (await options.store.changes(route)).map(changeJson) };
  });
}

function moveRoute(app: FastifyInstance, options: AdminOptions, access: AdminAccess): void {
  app.post('/routes/:name', async (request) => {
    const { who } = await access(request, 'routes:write');
    const route = routeOf(request, options);
    const said = moveBody(request.body);
    try {
      return { route, state: stateJson(await options.routeSwitch.move({ route, ...said, who })) };
    } catch (error) {
      const { code, message: reason } = StranglerError.from(error);
      options.log({ message: 'a route was not moved', route, to: placeText(said.to), who, code, reason });
      throw error;
    }
  });
}

const routeOf = ({ params }: FastifyRequest, options: AdminOptions): string =>
  routeNamed((params as { readonly name: string }).name, options);

function routeNamed(name: unknown, { routes }: AdminOptions): string {
  if (routes.some((route) => route.name === name)) return name as string;
  const remedy = `there is ${routes.map((route) => route.name).join(', ') || 'none'}`;
  throw new StranglerError('route-unknown', `there is no route '${String(name).slice(0, 100)}'`, { remedy });
}
