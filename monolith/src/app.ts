import express, { type Application, type Next, type Request, type Response } from 'express';
import type { Pool } from 'mysql2/promise';
import { findAccount, listAccounts, readLedger } from './accounts.ts';
import { customerPage } from './customer-page.ts';
import { changeContact, findCustomer, searchCustomers } from './customers.ts';
import { select } from './database.ts';
import { isUnreachable } from './database-error.ts';
import { addPages, sendPage, sendRefusal } from './pages.ts';
import { Rejection } from './rejection.ts';
import { parseAfter, parseBeginning, parseContact, parseId, parseLimit, parseOrder } from './requests.ts';
import { addSelfServiceApi } from './self-service-api.ts';
import { transfer } from './transfers.ts';

const MAX_BODY = '16kb';

/** The bank's HTTP face over an open pool. Every error is `{error: {code, message}}`, under /web a page that says it. */
export function createApp(pool: Pool, log: (line: string) => void): Application {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(express.json({ limit: MAX_BODY }));

  app.post('/transfers', async (request, response) => {
    const order = parseOrder(request.body, request.get('idempotency-key'));
    const result = await transfer(pool, order, log);
    response.status(result.repeated ? 200 : 201).json(result.transfer);
  });

  app.get('/accounts', async (request, response) => {
    const { after, limit } = request.query;
    response.json(await listAccounts(pool, parseAfter(after), parseLimit(limit, 100, 1_000)));
  });

  app.get('/accounts/:id', async (request, response) => {
    response.json(await findAccount(pool, parseId(request.params.id, 'the account')));
  });

  app.get('/accounts/:id/ledger', async (request, response) => {
    const id = parseId(request.params.id, 'the account');
    const { after, limit } = request.query;
    response.json(await readLedger(pool, id, parseAfter(after), parseLimit(limit, 50, 500)));
  });

  app.get('/customers', async (request, response) => {
    const { name, after, limit } = request.query;
    response.json(await searchCustomers(pool, parseBeginning(name), parseAfter(after), parseLimit(limit, 20, 100)));
  });

  app.get('/customers/:id/overview', async (request, response) => {
    sendPage(response, 200, await customerPage(pool, parseId(request.params.id, 'the customer')));
  });

  app.get('/customers/:id', async (request, response) => {
    response.json(await findCustomer(pool, parseId(request.params.id, 'the customer')));
  });

  app.put('/customers/:id/contact', async (request, response) => {
    const id = parseId(request.params.id, 'the customer');
    response.json(await changeContact(pool, id, parseContact(request.body)));
  });

  app.get('/health', async (_request, response) => {
    await select(pool, 'SELECT 1');
    response.json({ status: 'ok' });
  });

  addPages(app, pool, log);
  addSelfServiceApi(app, pool, log);

  app.use((request: Request) => {
    const asked = `${request.method} ${request.path}`;
    throw new Rejection(404, 'unknown_route', `the bank does not answer ${asked}; node src/main.ts --help lists what`);
  });

  // Express tells an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: Next) => {
    const rejection = toRejection(error);
    if (rejection.status >= 500)
      log(`${request.method} ${request.path} answered ${rejection.status}: ${String(error)}`);
    if (request.path.startsWith('/web/')) return sendRefusal(response, rejection);
    response.status(rejection.status).json({ error: { code: rejection.code, message: rejection.message } });
  });
  return app;
}

function toRejection(error: unknown): Rejection {
  if (error instanceof Rejection) return error;
  if (isUnreachable(error)) {
    return new Rejection(
      503,
      'database_unavailable',
      'the bank cannot reach its database; nothing was booked, try again',
    );
  }
  // Express and its body parser mark what the client did wrong with a 4xx status.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return new Rejection(error.status, 'bad_request', `the request cannot be read: ${error.message}`);
  }
  return new Rejection(500, 'internal', 'the bank failed to answer; nothing was booked, its log says why');
}
