import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes of the server's answers passed on at a time, every 10 ms. */
const piece = 2000;

/** A slow line to a server on this machine, so that a connection breaks where the client is, not where the server's buffers end. */
export class SlowProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
      near.on('data', (bytes) => far.write(bytes));
      far.on('data', async (bytes) => {
        far.pause();
        for (let from = 0; from < bytes.length && !near.destroyed; from += piece) {
          near.write(bytes.subarray(from, from + piece));
          if (bytes.length > piece) await delay(10);
        }
        far.resume();
      });
    });
  }

  static async to(target: number): Promise<SlowProxy> {
    const proxy = new SlowProxy(target);
    await new Promise<void>((listening) => proxy.#server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets every connection; new ones are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Ends every connection in good order, as a server does that shuts down; new ones are accepted. */
  end(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.cut();
    await closed;
  }
}
