import type { Benchmark } from './benchmark.ts';
import type { Child } from './child.ts';
import { cpuSeconds } from './child.ts';
import type { Run } from './harness.ts';
import { ReadSide } from './read-side.ts';
import type { Rig } from './rig.ts';

const rows = 50_000;

/** What the load generator prints. */
interface Load {
  readonly answers: number;
  readonly seconds: number;
}

/** Rows by key over HTTP: what freshness, positions, deadlines, entity tags and metrics cost beside a plain handler. */
export const api: Benchmark = {
  name: 'api',
  about: 'GET by key of the query API, against a hand-written node:http + mysql2 handler on the same table',
  run: async (rig) => {
    const bridge = await rig.otherLines('bench_api', rows);
    const side = await ReadSide.open(rig);
    rig.onClose(() => side.close());
    const projector = side.project(bridge);
    await side.reaches(rows);
    await side.hasPosition();
    await projector.stop();
    const environment = { ...bridge.environment, READ_DB_NAME: side.name };
    const measured = (script: string, arguments_: readonly string[]) => async (): Promise<Run> => {
      const server = rig.children.start(script, arguments_, environment);
      const run = await loaded(rig, server);
      await server.stop();
      return run;
    };
    return {
      figures: [{ name: 'api', unit: 'answers/s', target: 0.7 }],
      ours: measured('lines-service.ts', ['serve']),
      peer: measured('api-peer.ts', []),
    };
  },
};

async function loaded(rig: Rig, server: Child): Promise<Run> {
  const url = await server.said(({ url }) => (typeof url === 'string' ? url : undefined));
  await rig.children.run<Load>('load.ts', [`${url}/ledger-lines`, String(rows), '2']); // until it is compiled
  const before = cpuSeconds(server.pid);
  const { answers, seconds } = await rig.children.run<Load>('load.ts', [`${url}/ledger-lines`, String(rows), '6']);
  return { values: [answers / seconds], cpu: ((cpuSeconds(server.pid) - before) * 1e6) / answers };
}
