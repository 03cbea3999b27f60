import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../state/testing-eventually.ts';
import { EventStream } from './event-stream.ts';

let server: Server;
let client: Socket;
let response: ServerResponse;
beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const open = (beatMs: number) => new EventStream({ response, expiresAtMs: Date.now() + 3_600_000, beatMs });

describe('a stream of events', () => {
  it('tells what is new, and gives signs of life', async () => {
    const stream = open(20);
    for (const figure of [1, 1, 2]) stream.tell('routes', { figure });
    stream.tell('route', { figure: 2 });
    const read = text(client);
    await new Promise((done) => setTimeout(done, 100));
    stream.end('closing');
    const events = (await read).replaceAll(/\r\n[0-9a-f]+\r\n/g, '');
    expect(events.match(/^(event|data): .*$/gm)).toEqual([
      'event: routes',
      'data: {"figure":1}',
      'event: routes',
      'data: {"figure":2}',
      'event: route',
      'data: {"figure":2}',
      'event: end',
      'data: {"reason":"closing"}',
    ]);
    expect(events).toContain('\n:\n');
  });

  it('holds little for a client that does not read, and cuts him off', async () => {
    client.pause();
    const stream = open(500);
    const body = { much: 'x'.repeat(100_000) };
    for (let figure = 0; figure < 300; figure++) {
      stream.tell('routes', { figure, body });
      if (figure % 3 === 0) await new Promise(setImmediate);
      expect(response.writableLength).toBeLessThan(500_000);
    }
    await eventually('he is cut off', () => response.destroyed);
    stream.tell('routes', { figure: 'after the end' });
    stream.end('closing');
  });
});
