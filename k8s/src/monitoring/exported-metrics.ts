// For tests: the names that a service and a facade really export, asked of them. A projector's server and the facade's metrics are no part of a public API.
import { createRegistry, type Projection } from '@banyan/kit';
import { createQueryApi } from '@banyan/kit/testkit';
import { createStatusServer } from '../../../consumers/kit/src/query-api/status-server.ts';
import { routeMetrics } from '../../../strangler/src/admin/admin-metrics.ts';

/** By the # TYPE lines of both roles' /metrics; the database may be away, as names are told all the same. */
export async function exportedMetrics(projection: Projection): Promise<ReadonlySet<string>> {
  const database = { host: '127.0.0.1', port: 1, user: 'nobody', password: 'none', database: 'none' };
  const logger = () => {};
  const serve = createQueryApi({ projection, database, auth: 'off', freshWithinMs: 1000, readWithinMs: 200, logger });
  const facts = () => ({ projection: projection.name, ...blank, turnedAtMs: Date.now() });
  const project = createStatusServer({ facts, liveWithinMs: 1000, freshWithinMs: 1000, logger });
  try {
    const texts = [];
    for (const server of [serve, project]) {
      const url = await server.listen({ port: 0, host: '127.0.0.1' });
      // The second answer counts the first request.
      await fetch(new URL('/live', url));
      texts.push(await (await fetch(new URL('/metrics', url))).text());
    }
    return namesIn(texts.join('\n'));
  } finally {
    await Promise.all([serve.close(), project.close()]);
  }
}

const blank = {
  state: 'standby',
  reason: null,
  code: null,
  position: null,
  freshAtMs: null,
  rowsApplied: 0,
  transactionsApplied: 0,
  commits: 0,
  parkedKeys: 0,
  binlogKeptMs: null,
  lag: new Map<string, number>(),
} as const;

function namesIn(text: string): Set<string> {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name, type]) =>
      type === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => `${name}${end}`) : [name!],
    ),
  );
}

/** Without a sample too: the # TYPE lines are there. */
export async function facadeMetrics(): Promise<ReadonlySet<string>> {
  const registry = createRegistry();
  routeMetrics(registry);
  return namesIn(await registry.metrics());
}
