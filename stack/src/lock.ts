import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';

/** What only one process of the machine holds at a time; the kernel frees it however that process ends. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock of an existing folder for one purpose, or gives null when it is taken. It is an abstract Unix socket: no
 * file can be left behind by kill -9, and there is no moment between looking and taking. Source: unix(7).
 */
export async function tryLock(purpose: string, folder: string): Promise<Lock | null> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket.unref());
    socket.on('error', () => {});
    socket.once('close', () => waiting.delete(socket));
  });
  const taken = new Promise<boolean>((done, fail) => {
    server.once('listening', () => done(true));
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(false) : fail(error)));
  });
  server.listen(await nameOf(purpose, folder));
  if (!(await taken)) return null;
  server.unref();
  return {
    release: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of waiting) socket.destroy();
      await closed;
    },
  };
}

/** Takes the lock as soon as whoever holds it lets go or ends; `waiting` is called once when there is something to wait for. */
export async function lock(purpose: string, folder: string, waiting: () => void, signal?: AbortSignal): Promise<Lock> {
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const mine = await tryLock(purpose, folder);
    if (mine) return mine;
    if (!told) waiting();
    told = true;
    await untilHolderEnds(await nameOf(purpose, folder), signal);
  }
}

/** The connection ends with the holder, or at an abort; a refused one means that the holder has just gone. */
async function untilHolderEnds(path: string, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  const socket = createConnection({ path });
  const abort = () => socket.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  await new Promise<void>((done) => {
    socket.on('error', () => {});
    socket.once('close', () => done());
    socket.resume();
  });
  signal?.removeEventListener('abort', abort);
}

async function nameOf(purpose: string, folder: string): Promise<string> {
  const hash = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  return `\0banyan-${purpose}-${hash.slice(0, 32)}`;
}
