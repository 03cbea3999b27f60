import type { IncomingMessage } from 'node:http';

/** Fields that are about one connection (RFC 9110, 7.6.1), and what this proxy answers itself: it has said 100 Continue already. */
const ofOneConnection = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  ...['proxy-authenticate', 'proxy-authorization', 'http2-settings'],
]);

/** Meant for all on the way, whatever Connection names: a client must not take them from what the monolith sees (RFC 9110, 7.6.1). */
const endToEnd = new Set([
  'host',
  'content-length',
  'authorization',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** The fields of a request as the monolith gets them, names and values in turn; who asked is added. */
export function requestFields(request: IncomingMessage): string[] {
  const { rawHeaders, headers, socket } = request;
  const named = namedBy(headers.connection);
  const fields: string[] = [];
  let forwardedFor = '';
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const value = rawHeaders[at + 1]!;
    if (name === 'x-forwarded-for') forwardedFor += `${value}, `;
    else if (name === 'via') continue;
    else if (!ofOneConnection.has(name) && !named?.has(name)) fields.push(rawHeaders[at]!, value);
  }
  fields.push('x-forwarded-for', forwardedFor + (socket.remoteAddress ?? 'unknown'));
  // What a load balancer before the facade has said, it has said to the monolith until now.
  if (headers['x-forwarded-proto'] === undefined) fields.push('x-forwarded-proto', 'http');
  if (headers['x-forwarded-host'] === undefined) fields.push('x-forwarded-host', headers.host ?? '');
  const before = headers.via === undefined ? '' : `${headers.via}, `;
  fields.push('via', `${before}${request.httpVersion} banyan`);
  return fields;
}

/** The fields of an answer as the client gets them. */
export function responseFields(raw: readonly (Buffer | string)[]): string[] {
  const texts = raw.map((one) => (typeof one === 'string' ? one : one.toString('latin1')));
  const connection = texts.filter((_, at) => at % 2 === 1 && texts[at - 1]!.toLowerCase() === 'connection').join();
  const named = namedBy(connection);
  const fields: string[] = [];
  for (let at = 0; at < texts.length; at += 2) {
    const name = texts[at]!.toLowerCase();
    if (!ofOneConnection.has(name) && !named?.has(name)) fields.push(texts[at]!, texts[at + 1]!);
  }
  return fields;
}

function namedBy(connection: string | undefined): ReadonlySet<string> | null {
  if (!connection || /^(close|keep-alive)$/i.test(connection)) return null;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !endToEnd.has(name)));
}

/** Content is announced by one of two fields (RFC 9112, 6.3); that there are both, or two lengths, the parser refuses. */
export const hasContent = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
