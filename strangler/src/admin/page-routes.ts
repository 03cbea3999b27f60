import { problem, Refused } from '@banyan/kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type PageFile, pageFiles } from './page-files.ts';

/**
 * Nothing from elsewhere, nothing inline, and no text that becomes markup (Content Security Policy 3, Trusted Types): what a client of
 * the bank has put into a path or a body is shown to somebody who may move routes.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** `GET /` and the files it asks for. They are the same for everybody and want no token: what they show they ask for with one. */
export function pageRoutes(app: FastifyInstance): void {
  const { page, files } = pageFiles();
  app.get('/', async (_request, reply) => send(reply, page));
  app.get('/page/:file', async (request, reply) => {
    const file = files.get((request.params as { readonly file: string }).file);
    if (!file) throw new Refused(problem('unknown-route', `the page is made of ${[...files.keys()].join(', ')}`));
    return send(reply, file);
  });
}

const send = (reply: FastifyReply, { type, text }: PageFile): FastifyReply =>
  reply.headers(headers).type(type).send(text);
