import { randomBytes, timingSafeEqual } from 'node:crypto';
import express, { type Application, type Request, type Response } from 'express';
import type { Pool } from 'mysql2/promise';
import { html } from './html.ts';
import { accountsView, cardsView, loginView, page, profileView, statementView, transferView } from './page-views.ts';
import { Rejection } from './rejection.ts';
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

// The bank listens on 127.0.0.1 without TLS: a cookie marked Secure would not come back.
const COOKIE = 'HttpOnly; SameSite=Strict; Path=/web';
const MAX_FORM = '16kb';

/** Adds the pages under /web: HTML for people, with a session in a cookie and a token in each form. */
export function addPages(app: Application, pool: Pool, log: Log): void {
  const form = express.urlencoded({ extended: false, limit: MAX_FORM });
  const note = (session: WebSession, action: string, detail?: Record<string, unknown>) =>
    inTransaction(pool, (db) => noteAction(db, session.id, action, detail), log);

  /** A page that is only looked at. */
  const look = (path: string, view: (session: WebSession, request: Request) => Promise<string>) =>
    app.get(path, async (request, response) => {
      const session = await sessionOf(pool, request);
      await note(session, `look ${path}`, request.params.id === undefined ? undefined : { id: request.params.id });
      sendPage(response, 200, await view(session, request));
    });

  /** A form that changes something, and where it leads. */
  const act = (path: string, deed: (session: WebSession, fields: Fields, id: string | undefined) => Promise<string>) =>
    app.post(path, form, async (request, response) => {
      const session = await sessionOf(pool, request);
      const fields = fieldsOf(request);
      checkToken(fields.form_token, session.formToken);
      const next = await deed(session, fields, request.params.id);
      if (path !== '/web/logout') await note(session, `do ${path}`);
      redirect(response, next);
    });

  app.get('/web/login', (_request, response) => {
    const formToken = randomBytes(32).toString('base64url');
    response.set('Set-Cookie', `bank_form=${formToken}; ${COOKIE}`);
    sendPage(response, 200, loginView(formToken));
  });
  app.post('/web/login', form, async (request, response) => {
    const { form_token, name, password } = fieldsOf(request);
    checkToken(form_token, cookieOf(request, 'bank_form') ?? '');
    const token = await logIn(pool, text(name), text(password), addressOf(request), log);
    response.set('Set-Cookie', `bank_session=${token}; ${COOKIE}`);
    redirect(response, '/web/accounts');
  });
  act('/web/logout', async (session) => {
    await inTransaction(pool, (db) => logOut(db, session.id), log);
    return '/web/login';
  });

  look('/web/accounts', async (session) => accountsView(session, await ownAccounts(pool, session.customerId)));
  look('/web/accounts/:id', async (session, request) => {
    const account = await ownAccount(pool, session.customerId, request.params.id);
    return statementView(session, account, await newestLines(pool, account.id));
  });
  look('/web/transfer', async (session) => transferView(session, await ownAccounts(pool, session.customerId)));
  act('/web/transfer', async (session, { form_token: _, ...fields }) => {
    const { transfer } = await payFromOwn(pool, session.customerId, fields, log);
    return `/web/accounts/${transfer.from}`;
  });
  look('/web/cards', async (session) => cardsView(session, await ownCards(pool, session.customerId)));
  act('/web/cards/:id', async (session, fields, id) => {
    await setOwnCard(pool, session.customerId, id, fields.status, log);
    return '/web/cards';
  });
  look('/web/profile', async (session) => profileView(session, await ownProfile(pool, session.customerId)));
  act('/web/profile', async (session, fields) => {
    await changeOwnProfile(pool, session.customerId, fields, log);
    return '/web/profile';
  });
}

/** Shows a refusal as a page; who is not logged in is led to where that is done. */
export function sendRefusal(response: Response, rejection: Rejection): void {
  if (rejection.code === 'login_needed') {
    redirect(response, '/web/login');
    return;
  }
  const back = html`<p>${rejection.message}</p><p><a href="/web/accounts">accounts</a></p>`;
  sendPage(response, rejection.status, page('That was not done', back));
}

/** The client's address as the bank keeps it: 4 or 16 bytes. */
export function addressOf(request: Request): Buffer {
  const parts = (request.socket.remoteAddress ?? '')
    .replace(/^::ffff:/, '')
    .split('.')
    .map(Number);
  return parts.length === 4 ? Buffer.from(parts) : Buffer.alloc(16);
}

/** The text of a field, empty when it is not text. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The refusal of what needs a session. */
export const loginNeeded = () => new Rejection(401, 'login_needed', 'there is no session, or it is over; log in first');

async function sessionOf(pool: Pool, request: Request): Promise<WebSession> {
  const session = await findSession(pool, cookieOf(request, 'bank_session'));
  if (session === undefined) throw loginNeeded();
  return session;
}

function fieldsOf(request: Request): Fields {
  return typeof request.body === 'object' && request.body !== null ? (request.body as Fields) : {};
}

function checkToken(given: unknown, wanted: string): void {
  const [one, other] = [Buffer.from(text(given)), Buffer.from(wanted)];
  if (wanted !== '' && one.length === other.length && timingSafeEqual(one, other)) return;
  throw new Rejection(
    403,
    'form_token',
    'this form is not from the bank or too old; nothing was done, load the page again',
  );
}

function cookieOf(request: Request, name: string): string | undefined {
  const cookies = (request.get('cookie') ?? '').split(/; */);
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Sends a page, with which a browser may do what the bank's pages need and no more. */
export function sendPage(response: Response, status: number, body: string): void {
  response.status(status).set('Content-Type', 'text/html; charset=utf-8');
  response.set(
    'Content-Security-Policy',
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  response
    .set('X-Content-Type-Options', 'nosniff')
    .set('Referrer-Policy', 'no-referrer')
    .set('Cache-Control', 'no-store');
  response.end(body);
}

function redirect(response: Response, path: string): void {
  response.status(303).set('Location', path).set('Cache-Control', 'no-store').end();
}
