import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RegistryMode = 'well' | 'failing' | 'forgetful' | 'mistaken';

/** The registry as it is, or answering 500 to all, 404 to all, or with the schema of another id. */
export class FaultyRegistry {
  mode: RegistryMode = 'well';
  readonly #server: Server;
  /** What each path has been answered with. */
  readonly #answers = new Map<string, string>();

  private constructor(url: string) {
    const { origin } = new URL(url);
    this.#server = createServer(async ({ url: path = '/' }, response) => {
      const { status, text } = await this.#answer(`${origin}${path}`).catch((error: Error) => ({
        status: 502,
        text: error.message,
      }));
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  }

  static async before(url: string): Promise<FaultyRegistry> {
    const registry = new FaultyRegistry(url);
    await new Promise<void>((listening) => registry.#server.listen(0, '127.0.0.1', listening));
    return registry;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(url: string): Promise<{ status: number; text: string }> {
    if (this.mode === 'failing') return { status: 500, text: '{"error_code":50001,"message":"out of order"}' };
    if (this.mode === 'forgetful') return { status: 404, text: '{"error_code":40403,"message":"Schema not found"}' };
    const others = [...this.#answers].filter(([of]) => of !== url);
    if (this.mode === 'mistaken' && others.length > 0) return { status: 200, text: others[0]![1] };
    const response = await fetch(url);
    const text = await response.text();
    if (response.ok) this.#answers.set(url, text);
    return { status: response.status, text };
  }
}
