import { connect, createServer, type Socket } from 'node:net';

/** A database that can be away or stuck, without harm to the real one. */
export interface TestingProxy extends AsyncDisposable {
  readonly port: number;
  /** `open` passes everything on, `refusing` is like a server that is down, `frozen` like one that never answers. */
  become(state: 'open' | 'refusing' | 'frozen'): Promise<void>;
}

export async function testingProxy(target: { readonly host: string; readonly port: number }): Promise<TestingProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      if (isFrozen) from.pause();
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  const close = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const port = await listen(0);
  return {
    port,
    become: async (state) => {
      isFrozen = state === 'frozen';
      for (const socket of sockets) isFrozen ? socket.pause() : socket.resume();
      if (state === 'refusing') await close();
      else if (!server.listening) await listen(port);
    },
    [Symbol.asyncDispose]: close,
  };
}
