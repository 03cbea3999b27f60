import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { entityTag, isKnown } from './etag.ts';
import { sendFilling } from './filling.ts';
import type { PositionWaits } from './position-waits.ts';
import { problem, sendProblem } from './problem.ts';
import type { ReadModel, Standpoint } from './read-model.ts';
import { oneSchema, pageSchema, rowSchema } from './schemas.ts';
import type { ServedTable } from './served-table.ts';
import {
  afterOf,
  filtersOf,
  goneSignal,
  keyOfPath,
  type Limits,
  limitOf,
  parametersOf,
  waitParameters,
  wantedOf,
} from './table-query.ts';

export interface TableRoutesOptions {
  readonly model: ReadModel;
  readonly access: Access;
  readonly waits: PositionWaits;
  readonly limits: Limits;
}

/** `/accounts/:key`, or of a key of two parts `/accounts/:key1/:key2`. */
export const keyRoute = ({ path, key: { columns } }: ServedTable): string =>
  path + (columns.length === 1 ? '/:key' : columns.map((_, index) => `/:key${index + 1}`).join(''));

/** `GET {path}/{key}` and `GET {path}?after=&limit=` of one table. */
export function tableRoutes(app: FastifyInstance, served: ServedTable, options: TableRoutesOptions): void {
  const { model, access, waits, limits } = options;
  const row = rowSchema(served);

  app.get(keyRoute(served), { schema: { response: { 200: oneSchema(row) } } }, async (request, reply) => {
    const { owner } = await access(request, served);
    const wanted = wantedOf(parametersOf(request, waitParameters), limits);
    const key = keyOfPath(request, served);
    const one = () => model.one(served, key, owner);
    const { standpoint, row, parked } = wanted ? await waits.read(wanted, goneSignal(reply), one) : await one();
    const position = positionIn(reply, standpoint);
    if (!position) return sendFilling(reply, standpoint);
    if (parked) {
      const detail = 'its changes are left out since a record could not be applied, until somebody lets them in again';
      const members = { position, parkedSince: parked.since, parkedFor: parked.code };
      return sendProblem(reply, problem('key-parked', detail, members));
    }
    if (!row) return sendProblem(reply, problem('key-not-found', 'there is none at this position', { position }));
    const tag = entityTag(standpoint.mark, [served.path, 'one', key, owner?.value ?? null]);
    return isNews(request, reply, tag) ? { data: row, position } : reply;
  });

  const known = ['after', 'limit', ...served.filters.map(({ column }) => column.name), ...waitParameters];
  app.get(served.path, { schema: { response: { 200: pageSchema(row) } } }, async (request, reply) => {
    const { owner } = await access(request, served);
    const parameters = parametersOf(request, known);
    const [wanted, limit] = [wantedOf(parameters, limits), limitOf(parameters, limits)];
    const [filters, after] = [filtersOf(parameters, served), afterOf(parameters, served)];
    const conditions = owner ? [owner, ...filters] : filters;
    const page = () => model.page(served, conditions, after, limit);
    const { standpoint, rows, next } = wanted ? await waits.read(wanted, goneSignal(reply), page) : await page();
    const position = positionIn(reply, standpoint);
    if (!position) return sendFilling(reply, standpoint);
    const asked = filters.map(({ column, value }) => [column.name, value]);
    const tag = entityTag(standpoint.mark, [served.path, 'page', asked, after, limit, owner?.value ?? null]);
    return isNews(request, reply, tag) ? { data: rows, next, position } : reply;
  });
}

/**
 * Writes the tag; false when the caller has this answer already and was sent 304. What has a tag may be kept by the caller
 * alone, and is asked for anew each time: its position and age come with the headers of the 304.
 */
function isNews({ headers }: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache', vary: 'Authorization' });
  if (!isKnown(headers['if-none-match'], tag)) return true;
  reply.code(304).send();
  return false;
}

/** Writes the position into the headers and gives it for the body; null while there is none. */
function positionIn(reply: FastifyReply, { gtid, ageMs, parkedKeys }: Standpoint) {
  if (gtid === null) return null;
  reply.header('banyan-position', gtid);
  if (ageMs !== null) reply.header('banyan-age-ms', ageMs);
  if (parkedKeys > 0) reply.header('banyan-position-except', parkedKeys);
  return { gtid, ageMs };
}
