import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { hasContent, requestFields } from './headers.ts';
import { refusalBody, refusals } from './refusal.ts';

/** Of all that a connection can become, what a browser asks for. */
export const isWebSocket = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && !hasContent({ headers }) && headers.upgrade?.trim().toLowerCase() === 'websocket';

/** Passes a connection on that becomes another protocol's, a web socket's: what the two say after that is theirs. */
export function passUpgrade(
  monolith: { readonly host: string; readonly port: number },
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const far = connect(monolith.port, monolith.host);
  let isConnected = false;
  const end = () => {
    client.destroy();
    far.destroy();
  };
  client.on('error', end).on('close', end);
  far.on('connect', () => {
    isConnected = true;
    far.write(requestHead(request));
    far.once('data', (first: Buffer) => {
      client.write(first);
      far.pipe(client);
      // Refused: what the client says after it is requests again, and not looked at here.
      if (!/^HTTP\/1\.1 101 /.test(first.toString('latin1', 0, 13))) return far.end();
      far.write(head);
      client.pipe(far);
    });
  });
  far.on('end', () => client.end());
  far
    .on('close', () => client.end())
    .on('error', () => {
      if (isConnected) return end();
      const body = refusalBody('monolith-unreachable', 'it is away; ask again');
      const { status } = refusals['monolith-unreachable'];
      client.end(
        `HTTP/1.1 ${status} Bad Gateway\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    });
}

/** `Upgrade` is about this one connection and the next alike; no field has a line end in it, the parser has seen to that. */
function requestHead(request: IncomingMessage): string {
  const fields = [...requestFields(request), 'connection', 'upgrade', 'upgrade', request.headers.upgrade!];
  let lines = `${request.method} ${request.url} HTTP/1.1\r\n`;
  for (let at = 0; at < fields.length; at += 2) lines += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return `${lines}\r\n`;
}
