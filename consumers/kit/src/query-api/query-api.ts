import type { FastifyInstance } from 'fastify';
import { KitError } from '../errors.ts';
import type { Projection } from '../projection/declaration.ts';
import type { DatabaseAccess } from '../read-store/index.ts';
import { createRegistry, optionalGauge, stateGauge } from './http-metrics.ts';
import { createHttpServer, drain, listen, type Server } from './http-server.ts';
import { openApi } from './openapi.ts';
import { type Problem, problem } from './problem.ts';
import { ReadModel, type Standpoint } from './read-model.ts';
import { type Log, ReadPool } from './read-pool.ts';
import { liveSchema, readySchema } from './schemas.ts';
import { servedTables } from './served-table.ts';
import { tableRoutes } from './table-routes.ts';

export interface QueryApiOptions {
  readonly projection: Projection;
  readonly database: DatabaseAccess;
  /** An answer older than this makes /ready say 503. */
  readonly freshWithinMs: number;
  /** The greatest `limit`; default 1,000. */
  readonly maxPageSize?: number;
  /** How long one read of the database may take, waiting for a connection counted; default 2,000. */
  readonly readWithinMs?: number;
  /** Takes what an operator should know; default: one JSON object a line on standard error. */
  readonly logger?: Log;
}

const defaultPageSize = 100;

/**
 * The HTTP API of a read model, all of it derived from its declaration; /openapi.json describes it. Nothing is opened before
 * `listen`. Throws KitError `declaration` when a table's key cannot be written in a path.
 */
export function createQueryApi(options: QueryApiOptions): Server {
  const { projection, database, maxPageSize = 1000, readWithinMs = 2000, logger: log = toStandardError } = options;
  const pageSize = Math.min(defaultPageSize, maxPageSize);
  const tables = servedTables(projection);
  const pool = new ReadPool({ database, deadlineMs: readWithinMs, log });
  const model = new ReadModel(projection, pool);
  const registry = createRegistry();
  const app = createHttpServer({ registry, log, problemOf: problemOfRead });
  for (const served of tables) tableRoutes(app, model, served, { pageSize, maxPageSize });
  app.get('/live', { schema: { response: { 200: liveSchema } } }, async () => ({ live: true }));
  readyRoute(app, model, options.freshWithinMs);
  const show = standpointMetrics(registry, projection.name);
  app.get('/metrics', async (_request, reply) => {
    show(await model.standpoint().catch(() => null));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  const document = JSON.stringify(openApi({ projection, tables, pageSize, maxPageSize }));
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
  return {
    listen: (where) => listen(app, where),
    close: async () => {
      await drain(app);
      pool.close();
    },
  };
}

function readyRoute(app: FastifyInstance, model: ReadModel, freshWithinMs: number): void {
  const schema = { response: { 200: readySchema, 503: readySchema } };
  app.get('/ready', { schema }, async (_request, reply) => {
    const standpoint = await model.standpoint().catch(() => null);
    const ready = standpoint !== null && isReady(standpoint, freshWithinMs);
    const { state, reason, gtid, ageMs } = standpoint ?? { ...nothing, reason: 'the database does not answer' };
    return reply.code(ready ? 200 : 503).send({ ready, state, reason, position: gtid, ageMs });
  });
}

const nothing = { state: null, gtid: null, ageMs: null };

function isReady({ gtid, ageMs, state }: Standpoint, freshWithinMs: number): boolean {
  return gtid !== null && state !== 'stopped' && ageMs !== null && ageMs <= freshWithinMs;
}

function standpointMetrics(registry: ReturnType<typeof createRegistry>, projection: string) {
  const up = optionalGauge(registry, 'banyan_read_model_up', 'Whether the read model can be read.', projection);
  const ageHelp = 'How long ago everything the source had committed was in the read model.';
  const age = optionalGauge(registry, 'banyan_position_age_seconds', ageHelp, projection);
  const stateHelp = 'What the projector last wrote down that it does.';
  const state = stateGauge(registry, 'banyan_projection_state', stateHelp, projection);
  return (standpoint: Standpoint | null): void => {
    up(standpoint ? 1 : 0);
    state(standpoint ? standpoint.state : null);
    age(standpoint && standpoint.gtid !== null && standpoint.ageMs !== null ? standpoint.ageMs / 1000 : null);
  };
}

/** Error numbers of MariaDB, https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const noSuchTable = 1146;
const noSuchColumn = 1054;
const illegalMixOfCollations = 1267;

/** Nothing the database says is passed on: it has SQL in it, and names. */
function problemOfRead(error: unknown): Problem | null {
  if (!(error instanceof KitError)) return null;
  const { errno } = (error.cause ?? {}) as { errno?: number };
  if (errno === noSuchTable) {
    return problem('filling', 'its tables have not been made yet', { state: 'starting', reason: null });
  }
  if (errno === noSuchColumn) {
    return problem('read-model-unavailable', 'it was made for another declaration than this service has');
  }
  if (errno === illegalMixOfCollations) {
    return problem('invalid-key', 'the key has characters that the character set of its column does not');
  }
  return problem('read-model-unavailable', 'its database does not answer');
}

function toStandardError(entry: Readonly<Record<string, unknown>>): void {
  const error = entry.error instanceof Error ? { error: entry.error.stack } : {};
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry, ...error })}\n`);
}
