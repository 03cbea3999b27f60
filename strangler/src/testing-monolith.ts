import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server in the monolith's place, that answers as a test has it. */
export class TestMonolith {
  readonly server: Server;
  readonly seen: IncomingMessage[] = [];
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => void = (_request, response) => {
    response.end('the monolith');
  };

  private constructor() {
    this.server = createServer(async (request, response) => {
      this.seen.push(request);
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      this.handle(request, response, Buffer.concat(pieces).toString());
    });
  }

  static async start(): Promise<TestMonolith> {
    const monolith = new TestMonolith();
    await new Promise<void>((listening) => monolith.server.listen(0, '127.0.0.1', listening));
    return monolith;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }
}
