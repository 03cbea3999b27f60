import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { holderOf, isFree } from './port-holder.ts';

async function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('a port', () => {
  it.each(['127.0.0.1', '0.0.0.0', '::'])('that is listened on at %s is taken, by pid and command', async (host) => {
    const { server, port } = await listen(host);
    expect(await isFree(port)).toBe(false);
    expect(holderOf(port)).toContain(`pid ${process.pid} (`);
    expect(holderOf(port)).toMatch(/node/);
    await new Promise((done) => server.close(done));
    expect(await isFree(port)).toBe(true);
    expect(holderOf(port)).toBeNull();
  });

  it('that is only connected to from here is not taken by us', async () => {
    const { server, port } = await listen('127.0.0.1');
    const socket = createConnection({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const local = socket.localPort!;
    expect(holderOf(local)).toContain(`pid ${process.pid}`);
    socket.destroy();
    await new Promise((done) => server.close(done));
  });
});
