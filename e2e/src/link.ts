import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Slowness {
  readonly latencyMs: number;
  /** The most bytes passed on at a time. */
  readonly pieceBytes: number;
}

/** The way to a server on this machine, that can be cut, silent or slow. */
export class Link {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #silent = new Set<Socket>();
  readonly #server: Server;
  #refuses = false;
  #slowness: Slowness | null = null;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      if (this.#refuses) return near.resetAndDestroy();
      const far = connect(target, '127.0.0.1');
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      this.#pass(near, far, pair);
      this.#pass(far, near, pair);
    });
  }

  static async to(target: number): Promise<Link> {
    const link = new Link(target);
    await new Promise<void>((listening) => link.#server.listen(0, '127.0.0.1', listening));
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets all connections, and new ones until it is mended. */
  cut(): void {
    this.#refuses = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Nothing comes through the connections of now any more, not even their end; new ones are as ever. */
  halfOpen(): void {
    for (const pair of this.#pairs) {
      for (const socket of pair) this.#silent.add(socket.pause());
      this.#pairs.delete(pair);
    }
  }

  slow(slowness: Slowness): void {
    this.#slowness = slowness;
  }

  mend(): void {
    this.#refuses = false;
    this.#slowness = null;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.cut();
    for (const socket of this.#silent) socket.destroy();
    await closed;
  }

  #pass(from: Socket, to: Socket, pair: readonly [Socket, Socket]): void {
    from.on('error', () => {});
    from.on('close', () => {
      if (this.#pairs.delete(pair)) to.destroy();
    });
    from.on('data', async (bytes) => {
      const slowness = this.#slowness;
      if (!this.#pairs.has(pair)) return;
      if (slowness === null) return to.write(bytes);
      from.pause();
      await delay(slowness.latencyMs);
      for (let at = 0; at < bytes.length && !to.destroyed; at += slowness.pieceBytes) {
        to.write(bytes.subarray(at, at + slowness.pieceBytes));
        await new Promise(setImmediate);
      }
      if (this.#pairs.has(pair)) from.resume();
    });
  }
}
