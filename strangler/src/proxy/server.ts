import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RefusalCode, refusalBody, refusals } from './refusal.ts';

export interface FacadeServerOptions {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether a connection may become another protocol's; a request that may not is answered as any. Default: each that asks for it. */
  readonly isUpgrade?: (request: IncomingMessage) => boolean;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** From a request's first byte to its last; default 300,000. Its head has 10,000. */
  readonly requestWithinMs?: number;
  /** Connections at the same time; more wait for the kernel. Default 20,000. */
  readonly connections?: number;
}

const drainMs = 10_000;

/** The side that clients see. What is no request, or one in two ways at once, is refused here and reaches nobody (RFC 9112, 6.3 and 11). */
export class FacadeServer {
  readonly #server: Server;
  readonly #upgraded = new Set<Duplex>();
  /** Connections on which an answer is under way: nothing else may be written there. */
  readonly #answering = new Set<Duplex>();

  constructor({ handle, isUpgrade, upgrade, requestWithinMs = 300_000, connections = 20_000 }: FacadeServerOptions) {
    this.#server = createServer(
      {
        headersTimeout: 10_000,
        requestTimeout: requestWithinMs,
        keepAliveTimeout: 60_000,
        maxHeaderSize: 16_384,
        insecureHTTPParser: false,
        noDelay: true,
        ...(isUpgrade && { shouldUpgradeCallback: isUpgrade }),
      },
      (request, response) => {
        this.#answering.add(request.socket);
        response.once('close', () => this.#answering.delete(request.socket));
        handle(request, response);
      },
    );
    this.#server.maxConnections = connections;
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable || this.#answering.has(socket)) socket.destroy();
      else refuseConnection(error.code, socket);
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgraded.add(socket);
      socket.once('close', () => this.#upgraded.delete(socket));
      upgrade(request, socket, head);
    });
  }

  /** Resolves to its URL; rejects when the address cannot be had. */
  async listen({ port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string }): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Takes nothing new, answers what has been asked, for 10 s at most, and closes. */
  async close(): Promise<void> {
    const last = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    const closed = new Promise((done) => this.#server.close(done));
    for (const socket of this.#upgraded) socket.destroy();
    await closed;
    clearTimeout(last);
  }
}

function refuseConnection(reason: string | undefined, socket: Duplex): void {
  const [code, detail] = refusalOf(reason);
  const body = refusalBody(code, detail);
  const { status } = refusals[code];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

function refusalOf(code: string | undefined): [RefusalCode, string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['request-timeout', 'send it faster'];
  if (code === 'HPE_HEADER_OVERFLOW') return ['headers-too-large', 'they may have 16 KiB together'];
  return ['malformed-request', 'it is not HTTP/1.1'];
}
