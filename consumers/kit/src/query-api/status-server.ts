import type { FastifyInstance } from 'fastify';
import type { ProjectorFacts } from '../projection/facts.ts';
import { createRegistry } from './http-metrics.ts';
import { createHttpServer, drain, listen, type Server } from './http-server.ts';
import { projectorMetrics } from './projector-metrics.ts';
import type { Log } from './read-pool.ts';

export interface StatusServerOptions {
  readonly facts: () => ProjectorFacts;
  /** A loop that has not turned for longer makes /live say 503. */
  readonly liveWithinMs: number;
  /** A read model older than this makes /ready say 503. */
  readonly freshWithinMs: number;
  readonly logger?: Log;
}

/**
 * What a projector says of itself: /live, /ready, /metrics. Ready is a projector that streams and is fresh, and one that stands
 * by: it does all it can do, and a rollout that waited for it to stream would wait for ever.
 */
export function createStatusServer(options: StatusServerOptions): Server {
  const { facts, liveWithinMs, freshWithinMs, logger: log = () => {} } = options;
  const registry = createRegistry();
  const app = createHttpServer({ registry, log });
  liveRoute(app, facts, liveWithinMs);
  app.get('/ready', async (_request, reply) => {
    const { state, code, reason, position, freshAtMs, parkedKeys } = facts();
    const ageMs = ageOf(freshAtMs);
    const ready = state === 'standby' || (state === 'streaming' && ageMs !== null && ageMs <= freshWithinMs);
    return reply.code(ready ? 200 : 503).send({ ready, state, code, reason, position, ageMs, parkedKeys });
  });
  const show = projectorMetrics(registry, facts().projection);
  app.get('/metrics', async (_request, reply) => {
    const now = facts();
    show(now, ageOf(now.freshAtMs));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  return { listen: (where) => listen(app, where), close: () => drain(app) };
}

function liveRoute(app: FastifyInstance, facts: () => ProjectorFacts, liveWithinMs: number): void {
  app.get('/live', async (_request, reply) => {
    const turnedAgoMs = Math.max(0, Date.now() - facts().turnedAtMs);
    const live = turnedAgoMs <= liveWithinMs;
    return reply.code(live ? 200 : 503).send({ live, turnedAgoMs });
  });
}

const ageOf = (freshAtMs: number | null): number | null =>
  freshAtMs === null ? null : Math.max(0, Date.now() - freshAtMs);
