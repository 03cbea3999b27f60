// A facade's own parts in a process of its own, for tests that want its memory bounded: MONOLITH SERVICE KEY. Its routes stand where they are named.
import { Pool } from 'undici';
import { Facade, sharesOf } from './facade.ts';
import { FacadeServer } from './proxy/server.ts';
import type { ReadRoute } from './route/declaration.ts';
import { RouteTable } from './route/route-table.ts';
import { Services } from './service/services.ts';
import { unknownState } from './state/route-state.ts';
import { ReadAfterTokens } from './token/read-after.ts';
import { SourcePosition } from './token/source-position.ts';

const [monolith, service, key] = process.argv.slice(2);
const route = (name: 'service' | 'retired'): ReadRoute => ({
  name,
  method: 'GET',
  path: `/${name}/{id}`,
  services: ['things'],
  answer: async ({ params }, ask) => {
    const { status, body } = await ask('things', `/things/${params.id}`);
    return { status, contentType: 'application/json', body: JSON.stringify(body) };
  },
});
const longMs = 600_000; // The test says when somebody has waited for long enough.
const facade = new Facade({
  monolith: new Pool(monolith!, { connections: 256, headersTimeout: longMs }),
  table: new RouteTable([route('service'), route('retired')]),
  writes: null,
  services: new Services({ urls: { things: service! }, token: () => null }),
  stateOf: (name) => ({ ...unknownState(name), stage: name as 'service' | 'retired' }),
  tokens: new ReadAfterTokens({ keys: [Buffer.from(key!, 'base64')] }),
  sourcePosition: new SourcePosition({ ask: async () => '0-1-1' }),
  freshWithinMs: () => longMs,
  limits: { serviceMs: longMs, waitMs: longMs, retiredWaitMs: longMs, ...sharesOf(2000) },
  seen: { compare: () => {}, answered: () => {}, fellBack: () => {}, behind: () => {} },
});
const server = new FacadeServer({ handle: (request, response) => facade.handle(request, response), upgrade: () => {} });
process.send!({ url: await server.listen({ port: 0 }) });
