import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadRoute } from '../route/declaration.ts';
import { Services } from './services.ts';

const route: ReadRoute = {
  name: 'both',
  method: 'GET',
  path: '/both',
  services: ['one', 'two'],
  answer: async (_request, ask) => {
    for (const [service, path] of [
      ['one', '/a'],
      ['one', '/b?x=1'],
      ['two', '/c'],
    ] as const)
      await ask(service, path);
    return { status: 200, contentType: 'text/plain', body: '' };
  },
};

describe('an answer of several services', () => {
  let servers: Server[];
  let services: Services;
  let asked: string[];
  let positions: Record<string, string>;

  beforeEach(async () => {
    [asked, positions] = [[], { one: '0-1-7', two: '0-1-9' }];
    const urls: Record<string, string> = {};
    servers = [];
    for (const name of Object.keys(positions)) {
      const server = createServer((request, response) => {
        asked.push(`${name} ${request.url}`);
        response.writeHead(200, { 'banyan-position': positions[name]!, 'banyan-age-ms': name === 'one' ? '5' : '3' });
        response.end('{}');
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      servers.push(server);
      urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    services = new Services({ urls, token: () => null });
  });
  afterEach(async () => {
    await services.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const answered = (atLeast: string | null) =>
    services.answer(
      { route, request: { params: {}, query: new URLSearchParams(), headers: {} } },
      { atLeast, waitMs: 0, withinMs: 1000, freshWithinMs: 1000 },
    );

  it('is asked for so that no part of it is older than one before it', async () => {
    await answered(null);
    expect(asked).toEqual(['one /a', 'one /b?x=1', 'two /c?at-least=0-1-7&wait-ms=300']);
  });

  it('is asked for at what its client has written, or later', async () => {
    await answered('0-1-8,4-1-2');
    expect(asked.at(-1)).toBe('two /c?at-least=0-1-8,4-1-2&wait-ms=300');
    positions = { ...positions, one: '0-1-10,4-1-3' };
    await answered('0-1-8,4-1-2');
    expect(asked.at(-1)).toBe('two /c?at-least=0-1-10,4-1-3&wait-ms=300');
  });

  it('stands where the oldest part of it does', async () => {
    expect((await answered(null)).standing).toEqual({ position: '0-1-7', ageMs: 5 });
    positions = { one: '0-1-7', two: '0-1-6' };
    expect((await answered(null)).standing.position).toBe('0-1-6');
  });
});
