import { readFileSync } from 'node:fs';
import type { ApplyStep } from '../apply/index.ts';
import { KitError } from '../errors.ts';
import { type CarryStep, carry, ownedTablesOf } from '../ownership/index.ts';
import { type Projection, Projector, readTablesOf } from '../projection/index.ts';
import { createQueryApi, createStatusServer } from '../query-api/index.ts';
import { transportOn } from '../transport/index.ts';
import { projectConfig, serveConfig, variables, writeBackConfig, writeBackVariables } from './config.ts';
import { clientIdOf } from './kafka-reads.ts';
import { logger } from './log.ts';
import { proveOnce, repairOnce, tryLater } from './prove-role.ts';
import { stopSignal } from './stop-signal.ts';

export interface RunOptions {
  readonly onStep?: (step: ApplyStep | CarryStep) => void;
}

/**
 * A service's whole `main`: `serve` answers queries, `project` keeps the read model up to date, `prove` compares it with its source once,
 * `repair` puts right what that has found, `write-back` carries what was written here to the monolith. Ends on SIGTERM or SIGINT, after what is under way; resolves to the exit code: 0, 1 a problem
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
    ...(ownedTablesOf(projection).length > 0 && { 'write-back': () => writeBack(projection, env, options) }),
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
  await projector.run(stopSignal(log));
  await status.close();
  return 0;
}

async function writeBack(projection: Projection, env: NodeJS.ProcessEnv, { onStep }: RunOptions): Promise<number> {
  const config = writeBackConfig(env, projection.name, readText);
  const log = logger({ projection: projection.name, role: 'write-back' });
  log({ message: 'begins', tables: ownedTablesOf(projection).map(({ source }) => source) });
  await carry({ ...config, projection, log, ...(onStep && { onStep }) }, stopSignal(log));
  return 0;
}

const readText = (path: string): string => readFileSync(path, 'utf8');

function usage(projection: Projection): string {
  const paths = readTablesOf(projection).flatMap(({ path }) => (path ? [path] : []));
  const ownsAny = ownedTablesOf(projection).length > 0;
  const writeBackRole =
    '\n  node src/main.ts write-back   carries what was written here to the monolith; run one, and one more as standby';
  return `${projection.name}: a read model of ${projection.tables.map(({ source }) => source).join(', ')}

  node src/main.ts project   keeps the read model up to date; run one, and one more as standby
  node src/main.ts serve     answers ${paths.join(', ')}; run as many as needed
  node src/main.ts prove     compares the read model with its source, once and to the end, while both go on. Exit code 0: equal,
                             1: different, 75: it may be tried again, and goes on where it was
  node src/main.ts repair    puts right what prove has found; then prove again${ownsAny ? writeBackRole : ''}

The first two answer /live, /ready and /metrics; serve has /openapi.json. They are set up by the environment:
${variables}${ownsAny ? `\n${writeBackVariables}` : ''}`;
}
