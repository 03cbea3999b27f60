import { readFileSync } from 'node:fs';
import type { ApplyStep } from '../apply/index.ts';
import { KitError } from '../errors.ts';
import { type Projection, Projector, readTablesOf } from '../projection/index.ts';
import { createQueryApi, createStatusServer } from '../query-api/index.ts';
import { transportOn } from '../transport/index.ts';
import { projectConfig, serveConfig, variables } from './config.ts';
import { clientIdOf } from './kafka-reads.ts';
import { logger } from './log.ts';

export interface RunOptions {
  readonly onStep?: (step: ApplyStep) => void;
}

/**
 * A service's whole `main`: `serve` answers queries, `project` keeps the read model up to date. Ends on SIGTERM or SIGINT,
 * after what is under way; resolves to the exit code: 0, or 2 for a wrong call or environment.
 */
export async function runService(
  projection: Projection,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  options: RunOptions = {},
): Promise<number> {
  const [role] = args;
  const roles: Readonly<Record<string, () => Promise<void>>> = {
    serve: () => serve(projection, env),
    project: () => project(projection, env, options),
  };
  const run = role === undefined || !Object.hasOwn(roles, role) ? null : roles[role]!;
  if (!run || args.length > 1) {
    const asked = args.some((word) => word === '--help' || word === '-h');
    (asked ? console.log : console.error)(usage(projection));
    return asked ? 0 : 2;
  }
  try {
    await run();
    return 0;
  } catch (thrown) {
    const error = KitError.from(thrown);
    console.error(`${projection.name} ${role}: ${error.message}${error.remedy ? `; ${error.remedy}` : ''}`);
    return error.code === 'config' ? 2 : 1;
  }
}

async function serve(projection: Projection, env: NodeJS.ProcessEnv): Promise<void> {
  const config = serveConfig(env, projection.name, readText);
  const log = logger({ projection: projection.name, role: 'serve' });
  const api = createQueryApi({
    projection,
    database: config.database,
    auth: config.auth,
    freshWithinMs: config.freshWithinMs,
    logger: log,
  });
  log({ url: await api.listen(config), message: 'answers' });
  const stop = stopSignal(log);
  await new Promise((stopped) => stop.addEventListener('abort', stopped, { once: true }));
  await api.close();
}

async function project(projection: Projection, env: NodeJS.ProcessEnv, { onStep }: RunOptions): Promise<void> {
  const config = projectConfig(env, projection.name, readText);
  const log = logger({ projection: projection.name, role: 'project' });
  const transport = await transportOn(config.kafkaClient);
  const projector = new Projector({
    ...config,
    projection,
    transport: () =>
      transport({ brokers: config.brokers, clientId: clientIdOf(projection.name), access: config.kafkaAccess }),
    log,
    ...(onStep && { onStep }),
  });
  const status = createStatusServer({
    facts: () => projector.facts(),
    liveWithinMs: 60_000,
    freshWithinMs: config.freshWithinMs,
    logger: log,
  });
  log({ url: await status.listen(config), message: 'status' });
  await projector.run(stopSignal(log));
  await status.close();
}

/** Kubernetes kills after 30 s. */
const endWithinMs = 20_000;

/** Aborted by SIGTERM and SIGINT. What has not ended some time later, as it waits for somebody who never answers, is left: nothing is lost by that. */
function stopSignal(log: ReturnType<typeof logger>): AbortSignal {
  const stop = new AbortController();
  const end = () => {
    stop.abort();
    const late = () => {
      log({ message: `not ended within ${endWithinMs / 1000} s; it ends without waiting any longer` });
      process.exit(1);
    };
    setTimeout(late, endWithinMs).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  return stop.signal;
}

const readText = (path: string): string => readFileSync(path, 'utf8');

function usage(projection: Projection): string {
  const paths = readTablesOf(projection).flatMap(({ path }) => (path ? [path] : []));
  return `${projection.name}: a read model of ${projection.tables.map(({ source }) => source).join(', ')}

  node src/main.ts project   keeps the read model up to date; run one, and one more as standby
  node src/main.ts serve     answers ${paths.join(', ')}; run as many as needed

Both answer /live, /ready and /metrics; serve has /openapi.json. They are set up by the environment:
${variables}`;
}
