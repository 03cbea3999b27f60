import type { IncomingHttpHeaders } from 'node:http';
import type { ReadAfter, ReadAfterTokens } from './read-after.ts';

const cookie = 'banyan_read_after';
const field = 'banyan-read-after';

/** Names and values in turn: a cookie for browsers, and a field for clients that keep none and send it back themselves. */
export function fieldsOf(token: string, holdsMs: number): string[] {
  const attributes = `Path=/; Max-Age=${Math.ceil(holdsMs / 1000)}; HttpOnly; SameSite=Lax`;
  return ['set-cookie', `${cookie}=${token}; ${attributes}`, field, token];
}

/** What the client must see: from the field, else from the cookie. What is not ours is as good as none. */
export function readAfterOf(headers: IncomingHttpHeaders, tokens: ReadAfterTokens): ReadAfter | null {
  const sent = headers[field] ?? cookieOf(headers.cookie);
  return typeof sent === 'string' ? tokens.read(sent) : null;
}

function cookieOf(cookies: string | undefined): string | undefined {
  if (!cookies?.includes(cookie)) return undefined;
  const found = cookies
    .split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${cookie}=`));
  return found?.slice(cookie.length + 1);
}
