import { createServer } from 'node:http';

/** A query API that says of itself what a test wants. */
export interface TestingService {
  [Symbol.asyncDispose](): Promise<void>;
  readonly url: string;
  ready: unknown;
  proof: unknown;
  answers: 'json' | 'rubbish' | 'never';
  asked: number;
}

export const streaming = { ready: true, state: 'streaming', reason: null, position: '0-1-7', ageMs: 12 };
export const equal = { state: 'equal', position: '0-1-7', checkedAgoMs: 5000, rows: 10, differences: 0 };

export async function testingService(): Promise<TestingService> {
  const server = createServer((request, response) => {
    service.asked++;
    if (service.answers === 'never') return;
    if (service.answers === 'rubbish') return void response.end('<html>');
    const said = request.url === '/proof' ? service.proof : service.ready;
    response.writeHead((said as { ready?: boolean }).ready === false ? 503 : 200, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const service: TestingService = {
    url: `http://127.0.0.1:${port}`,
    ready: streaming,
    proof: equal,
    answers: 'json',
    asked: 0,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}
