import type { FastifyInstance } from 'fastify';
import { KitError } from '../errors.ts';
import { ownedTablesOf, ownershipMetrics, ownershipRoutes, Sessions } from '../ownership/index.ts';
import type { Projection } from '../projection/declaration.ts';
import { type DatabaseAccess, errnoOf } from '../read-store/index.ts';
import { accessBy, scopesBy } from './access.ts';
import { ChangeFeed, type ChangeFeedOptions } from './change-feed.ts';
import { changeRoutes } from './change-routes.ts';
import { createRegistry, optionalGauge, stateGauge } from './http-metrics.ts';
import { createHttpServer, drain, listen, type Server } from './http-server.ts';
import { openApi } from './openapi.ts';
import { PositionWaits } from './position-waits.ts';
import { type Problem, problem } from './problem.ts';
import { proofMetrics, proofRoute, readProof } from './proof-route.ts';
import { ReadModel, type Standpoint } from './read-model.ts';
import { type Log, ReadPool } from './read-pool.ts';
import { liveSchema, readySchema } from './schemas.ts';
import { servedTables } from './served-table.ts';
import { tableRoutes } from './table-routes.ts';
import type { TokenRules } from './tokens.ts';

export interface QueryApiOptions {
  readonly projection: Projection;
  readonly database: DatabaseAccess;
  /** How callers are known; `off`, which wants saying, lets everybody on this machine read everything. */
  readonly auth: TokenRules | 'off';
  /** An answer older than this makes /ready say 503. */
  readonly freshWithinMs: number;
  /** The greatest `limit`; default 1,000. */
  readonly maxPageSize?: number;
  /** The greatest `wait-ms`; default 10,000. */
  readonly maxWaitMs?: number;
  /** How long one read of the database may take, waiting for a connection counted; default 2,000. */
  readonly readWithinMs?: number;
  /** Requests answered at the same time; default 1,000. */
  readonly maxRequests?: number;
  readonly changes?: ChangesOptions;
  /** Takes what an operator should know; default: one JSON object a line on standard error. */
  readonly logger?: Log;
}

export interface ChangesOptions extends ChangeFeedOptions {
  /** Clients that follow changes at the same time; default 1,000. */
  readonly mostStreams?: number;
  /** Bytes that may wait for one of them before he gets no more; default 262,144. */
  readonly maxBufferedBytes?: number;
  /** One who reads nothing for so long is cut off; default 10,000. */
  readonly stallMs?: number;
}

const defaultPageSize = 100;

/**
 * The HTTP API of a read model, all of it derived from its declaration; /openapi.json describes it. Nothing is opened before
 * `listen`. Throws KitError `declaration` when a table's key cannot be written in a path.
 */
export function createQueryApi(options: QueryApiOptions): Server {
  const {
    projection,
    database,
    maxPageSize = 1000,
    maxWaitMs = 10_000,
    readWithinMs = 2000,
    logger: log = toStandardError,
  } = options;
  const limits = { pageSize: Math.min(defaultPageSize, maxPageSize), maxPageSize, maxWaitMs };
  const tables = servedTables(projection);
  const pool = new ReadPool({ database, deadlineMs: readWithinMs, log });
  const model = new ReadModel(projection, pool);
  const registry = createRegistry();
  const feed = new ChangeFeed(projection.name, pool, options.changes);
  const { mostStreams = 1000, maxBufferedBytes = 262_144, stallMs = 10_000 } = options.changes ?? {};
  const app = createHttpServer({
    registry,
    log,
    problemOf: problemOfRead,
    maxRequests: options.maxRequests ?? 1000,
    streams: () => feed.clients,
  });
  const waits = new PositionWaits(model);
  const access = accessBy(options.auth);
  for (const served of tables) {
    tableRoutes(app, served, { model, access, waits, limits });
    changeRoutes(app, served, { feed, access, mostStreams, maxBufferedBytes, stallMs });
  }
  const sessions = new Sessions(database);
  for (const table of ownedTablesOf(projection)) {
    const served = tables.find((one) => one.table === table)!;
    ownershipRoutes(app, served, table, { sessions, access: scopesBy(options.auth), maxWaitMs });
  }
  app.addHook('preClose', (done) => {
    waits.close();
    feed.close();
    done();
  });
  app.get('/live', { schema: { response: { 200: liveSchema } } }, async () => ({ live: true }));
  readyRoute(app, model, options.freshWithinMs);
  const proof = readProof(projection, pool);
  proofRoute(app, proof);
  const showProof = proofMetrics(registry, projection.name);
  const show = standpointMetrics(registry, projection.name);
  const showOwnership = ownershipMetrics(registry, projection, sessions);
  const waiting = optionalGauge(
    registry,
    'banyan_position_waits',
    'Requests that wait for a position.',
    projection.name,
  );
  const following = optionalGauge(registry, 'banyan_change_streams', 'Clients that follow changes.', projection.name);
  app.get('/metrics', async (_request, reply) => {
    waiting(waits.waiting);
    following(feed.clients);
    show(await model.standpoint().catch(() => null));
    showProof(await proof());
    await showOwnership();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  const document = JSON.stringify(openApi({ projection, tables, ...limits, auth: options.auth !== 'off' }));
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
  return {
    listen: async (where) => {
      if (options.auth === 'off') refuseOpen(where.host);
      return await listen(app, where);
    },
    close: async () => {
      await drain(app);
      pool.close();
      await sessions[Symbol.asyncDispose]();
    },
  };
}

/** Without tokens only this machine may ask. */
function refuseOpen(host = '127.0.0.1'): void {
  if (/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host)) return;
  throw new KitError('config', `AUTH=off and HOST=${host}: without tokens it listens on this machine alone`, {
    remedy: 'set AUTH_JWKS_URL, AUTH_ISSUER and AUTH_AUDIENCE, or HOST=127.0.0.1',
  });
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
  const errno = errnoOf(error);
  if (errno === noSuchTable) {
    return problem('filling', 'its tables have not been made yet', { state: 'starting', reason: null });
  }
  if (errno === noSuchColumn) {
    return problem('read-model-unavailable', 'it was made for another declaration than this service has');
  }
  if (errno === illegalMixOfCollations) {
    return problem('invalid-key', 'the key or a filter has characters that the character set of its column does not');
  }
  return problem('read-model-unavailable', 'its database does not answer');
}

function toStandardError(entry: Readonly<Record<string, unknown>>): void {
  const error = entry.error instanceof Error ? { error: entry.error.stack } : {};
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry, ...error })}\n`);
}
