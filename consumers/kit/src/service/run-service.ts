import { readFileSync } from 'node:fs';
import type { ApplyStep } from '../apply/index.ts';
import { KitError } from '../errors.ts';
import { type CarryStep, carry, ownedTablesOf } from '../ownership/index.ts';
import { type Projection, Projector, readTablesOf } from '../projection/index.ts';
import { createQueryApi, createStatusServer } from '../query-api/index.ts';
import { transportOn } from '../transport/index.ts';
import { type ProjectConfig, projectConfig, serveConfig, variables, writeBackVariables } from './config.ts';
import { clientIdOf } from './kafka-reads.ts';
import { logger } from './log.ts';
import { proveOnce, repairOnce, tryLater } from './prove-role.ts';
import { stopSignal } from './stop-signal.ts';

export interface RunOptions {
  readonly onStep?: ((step: ApplyStep | CarryStep) => void) | undefined;
}

/**
 * A service's whole `main`: `serve` answers queries, `project` keeps the read model up to date, `prove` compares it with its source once,
 * `repair` puts right what that has found. Ends on SIGTERM or SIGINT, after what is under way; resolves to the exit code: 0, 1 a problem
 * was found, such as a row that differs, 2 a wrong call or environment, 75 it may heal by itself.
 */
export async function runService(
  projection: Projection,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  options: RunOptions = {},
): Promise<number> {
  const [role] = args;
  const roles: Readonly<Record<string, () => Promise<number>>> = {
    serve: () => serve(projection, env),
    project: () => project(projection, env, options),
    prove: () => proveOnce(projection, env, readText),
    repair: () => repairOnce(projection, env, readText),
  };
  const run = role === undefined || !Object.hasOwn(roles, role) ? null : roles[role]!;
  if (!run || args.length > 1) {
    const asked = args.some((word) => word === '--help' || word === '-h');
    (asked ? console.log : console.error)(usage(projection));
    return asked ? 0 : 2;
  }
  try {
    return await run();
  } catch (thrown) {
    const error = KitError.from(thrown);
    console.error(`${projection.name} ${role}: ${error.message}${error.remedy ? `; ${error.remedy}` : ''}`);
    if (error.retriable) return tryLater;
    return error.code === 'config' ? 2 : 1;
  }
}

async function serve(projection: Projection, env: NodeJS.ProcessEnv): Promise<number> {
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
  return 0;
}

async function project(projection: Projection, env: NodeJS.ProcessEnv, { onStep }: RunOptions): Promise<number> {
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
  const stop = stopSignal(log);
  const over = new AbortController();
  const carrying = carryBack(projection, config, { log, stop: AbortSignal.any([stop, over.signal]), onStep });
  await projector.run(stop).finally(() => over.abort());
  await carrying;
  await status.close();
  return 0;
}

/** Beside the projector, and whatever that does: a projector that has stopped by name must not keep the monolith waiting. */
async function carryBack(
  projection: Projection,
  { database, writeBack: monolith }: ProjectConfig,
  {
    log,
    stop,
    onStep,
  }: { readonly log: ReturnType<typeof logger>; readonly stop: AbortSignal } & Pick<RunOptions, 'onStep'>,
): Promise<void> {
  const owned = ownedTablesOf(projection).map(({ source }) => source);
  if (owned.length === 0) return;
  if (monolith) return await carry({ projection, database, monolith, log, ...(onStep && { onStep }) }, stop);
  log({
    message: 'WRITE_BACK_DB_USER is not set: nothing that is written here is carried to the monolith',
    tables: owned,
  });
}

const readText = (path: string): string => readFileSync(path, 'utf8');

function usage(projection: Projection): string {
  const paths = readTablesOf(projection).flatMap(({ path }) => (path ? [path] : []));
  const ownsAny = ownedTablesOf(projection).length > 0;
  return `${projection.name}: a read model of ${projection.tables.map(({ source }) => source).join(', ')}

  node src/main.ts project   keeps the read model up to date; run one, and one more as standby
  node src/main.ts serve     answers ${paths.join(', ')}; run as many as needed
  node src/main.ts prove     compares the read model with its source, once and to the end, while both go on. Exit code 0: equal,
                             1: different, 75: it may be tried again, and goes on where it was
  node src/main.ts repair    puts right what prove has found; then prove again

The first two answer /live, /ready and /metrics; serve has /openapi.json. They are set up by the environment:
${variables}${ownsAny ? `\n${writeBackVariables}` : ''}`;
}
