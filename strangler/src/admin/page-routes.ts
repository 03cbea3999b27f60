import { join } from 'node:path';
import { problem, Refused } from '@banyan/kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type PageFile, pageFiles } from '../live-page/page-files.ts';
import { pageHeaders } from '../live-page/page-headers.ts';

const folder = join(import.meta.dirname, 'page');

/** `GET /` and the files it asks for. They are the same for everybody and want no token: what they show they ask for with one. */
export function pageRoutes(app: FastifyInstance): void {
  const { page, files } = pageFiles(folder);
  app.get('/', async (_request, reply) => send(reply, page));
  app.get('/page/:file', async (request, reply) => {
    const file = files.get((request.params as { readonly file: string }).file);
    if (!file) throw new Refused(problem('unknown-route', `the page is made of ${[...files.keys()].join(', ')}`));
    return send(reply, file);
  });
}

const send = (reply: FastifyReply, { type, text }: PageFile): FastifyReply =>
  reply.headers(pageHeaders).type(type).send(text);
