import type { Application, Request, Response } from 'express';
import type { Pool } from 'mysql2/promise';
import { addressOf, loginNeeded, text } from './pages.ts';
import {
  changeOwnProfile,
  newestLines,
  ownAccount,
  ownAccounts,
  ownCards,
  ownProfile,
  payFromOwn,
  setOwnCard,
} from './self-service.ts';
import { inTransaction } from './transaction.ts';
import { findSession, logIn, logOut, noteAction, type WebSession } from './web-sessions.ts';

type Log = (line: string) => void;
type Fields = Readonly<Record<string, unknown>>;

/** Adds the addresses under /api: what the pages do, in JSON, with the session's token as `Authorization: Bearer`. */
export function addSelfServiceApi(app: Application, pool: Pool, log: Log): void {
  type Answer = (session: WebSession, fields: Fields, id: string | undefined) => Promise<unknown>;
  const handle = (action: string, answer: Answer) => async (request: Request, response: Response) => {
    const session = await findSession(pool, /^Bearer (\S+)$/.exec(request.get('authorization') ?? '')?.[1]);
    if (session === undefined) throw loginNeeded();
    const fields = typeof request.body === 'object' && request.body !== null ? (request.body as Fields) : {};
    const result = await answer(session, fields, request.params.id);
    await inTransaction(pool, (db) => noteAction(db, session.id, action), log);
    response.json(result);
  };
  const get = (path: string, answer: Answer) => app.get(path, handle(`get ${path}`, answer));
  const post = (path: string, answer: Answer) => app.post(path, handle(`post ${path}`, answer));

  app.post('/api/login', async (request, response) => {
    const { name, password } = (request.body ?? {}) as Fields;
    response.json({ token: await logIn(pool, text(name), text(password), addressOf(request), log) });
  });
  post('/api/logout', async (session) => {
    await inTransaction(pool, (db) => logOut(db, session.id), log);
    return { status: 'over' };
  });
  get('/api/accounts', async ({ customerId }) => ({ accounts: await ownAccounts(pool, customerId) }));
  get('/api/accounts/:id', async ({ customerId }, _fields, id) => {
    const account = await ownAccount(pool, customerId, id);
    return { ...account, lines: await newestLines(pool, account.id) };
  });
  post('/api/transfers', async ({ customerId }, fields) => (await payFromOwn(pool, customerId, fields, log)).transfer);
  get('/api/cards', async ({ customerId }) => ({ cards: await ownCards(pool, customerId) }));
  post('/api/cards/:id', async ({ customerId }, { status }, id) => {
    await setOwnCard(pool, customerId, id, status, log);
    return { cards: await ownCards(pool, customerId) };
  });
  get('/api/profile', ({ customerId }) => ownProfile(pool, customerId));
  post('/api/profile', async ({ customerId }, fields) => {
    await changeOwnProfile(pool, customerId, fields, log);
    return ownProfile(pool, customerId);
  });
}
