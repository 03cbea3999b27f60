import type { FastifyInstance, FastifyReply } from 'fastify';
import { problem, sendProblem } from './problem.ts';
import { queryParameters } from './query-string.ts';
import type { ReadModel, Standpoint } from './read-model.ts';
import { oneSchema, pageSchema, rowSchema } from './schemas.ts';
import type { ServedTable } from './served-table.ts';

export interface PageSizes {
  readonly pageSize: number;
  readonly maxPageSize: number;
}

/** `GET {path}/{key}` and `GET {path}?after=&limit=` of one table. */
export function tableRoutes(app: FastifyInstance, model: ReadModel, served: ServedTable, sizes: PageSizes): void {
  const row = rowSchema(served);
  const limitIn = limitParser(sizes);
  const notAKey = () => problem('invalid-key', `a key of ${served.path} is ${served.key.says}`);

  app.get<{ Params: { key: string } }>(
    `${served.path}/:key`,
    { schema: { response: { 200: oneSchema(row) } } },
    async (request, reply) => {
      const parameters = queryParameters(request.url, []);
      if (typeof parameters === 'string') return sendProblem(reply, problem('invalid-parameter', parameters));
      const key = served.key.parse(request.params.key);
      if (key === null) return sendProblem(reply, notAKey());
      const { standpoint, row } = await model.one(served, key);
      const position = positionIn(reply, standpoint);
      if (!position) return sendFilling(reply, standpoint);
      if (row) return { data: row, position };
      return sendProblem(reply, problem('key-not-found', 'there is none at this position', { position }));
    },
  );

  app.get(served.path, { schema: { response: { 200: pageSchema(row) } } }, async (request, reply) => {
    const parameters = queryParameters(request.url, ['after', 'limit']);
    if (typeof parameters === 'string') return sendProblem(reply, problem('invalid-parameter', parameters));
    const limit = limitIn(parameters.get('limit'));
    if (limit === null) {
      return sendProblem(reply, problem('invalid-parameter', `limit is a whole number from 1 to ${sizes.maxPageSize}`));
    }
    const text = parameters.get('after');
    const after = text === undefined ? null : served.key.parse(text);
    if (text !== undefined && after === null) return sendProblem(reply, notAKey());
    const { standpoint, rows, next } = await model.page(served, after, limit);
    const position = positionIn(reply, standpoint);
    return position ? { data: rows, next, position } : sendFilling(reply, standpoint);
  });
}

function limitParser({ pageSize, maxPageSize }: PageSizes): (text: string | undefined) => number | null {
  return (text) => {
    if (text === undefined) return pageSize;
    const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return limit >= 1 && limit <= maxPageSize ? limit : null;
  };
}

/** Writes the position into the headers and gives it for the body; null while there is none. */
function positionIn(reply: FastifyReply, { gtid, ageMs }: Standpoint) {
  if (gtid === null) return null;
  reply.header('banyan-position', gtid);
  if (ageMs !== null) reply.header('banyan-age-ms', ageMs);
  return { gtid, ageMs };
}

function sendFilling(reply: FastifyReply, { state, reason }: Standpoint): FastifyReply {
  const detail = 'it has no position yet; rows are answered when the snapshot of the source is whole';
  return sendProblem(reply, problem('filling', detail, { state, reason }), { 'retry-after': 5 });
}
