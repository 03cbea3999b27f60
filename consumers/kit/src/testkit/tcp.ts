import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** How many TCP connections this process has to a broker, as Linux counts them; source: proc(5), /proc/net/tcp. */
export function connectionsTo(broker: string): number {
  const port = Number(broker.slice(broker.lastIndexOf(':') + 1));
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set(
    readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[2]?.endsWith(remote))
      .map((fields) => `socket:[${fields[9]}]`),
  );
  return readdirSync('/proc/self/fd').filter((fd) => inodes.has(linkOf(fd))).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // closed meanwhile
  }
}

export function listening(server: Server): Promise<Server> {
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

export async function freePort(): Promise<number> {
  const server = await listening(createServer());
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
