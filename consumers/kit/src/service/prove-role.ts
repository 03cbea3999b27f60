import { KitError } from '../errors.ts';
import { unpaired } from '../ownership/index.ts';
import type { Projection } from '../projection/index.ts';
import { differences, foldingBeside, type Proof, type ProofProgress, prove, repair } from '../proof/index.ts';
import type { DatabaseAccess } from '../read-store/index.ts';
import { Schemas } from '../serde/index.ts';
import { type Transport, transportOn } from '../transport/index.ts';
import { type ProjectConfig, projectConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { clientIdOf } from './kafka-reads.ts';
import { logger } from './log.ts';
import { stopSignal } from './stop-signal.ts';

/** It may be tried again, and goes on where it was (EX_TEMPFAIL). */
export const tryLater = 75;
const toldEveryMs = 10_000;
/** More are counted, and kept for who repairs. */
const mostTold = 10;

type ReadText = (path: string) => string;

/**
 * Compares the read model with its source once, to the end, in the very environment of `project`. Resolves to the exit code: 0 equal,
 * 1 different, 75 cut off by a signal. Throws KitError as `prove` does, and `config`.
 */
export async function proveOnce(projection: Projection, env: Environment, file: ReadText): Promise<number> {
  const { config, source, transport, log, signal } = await setUp('prove', projection, env, file);
  try {
    await using folding =
      projection.folds.length > 0 ? await foldingBeside(config.database, { ...config, transport }) : null;
    const proof = await prove({
      ...{ projection, source, database: config.database, signal, onProgress: teller(log) },
      ...(folding && { folding }),
    });
    for (const one of await differences(config.database, projection.name, mostTold)) {
      const { table, kind, columns, position } = one;
      log({ message: `a row is ${kind}`, table, key: JSON.parse(one.key), columns, position });
    }
    const pairs = await unpaired(config.database, projection);
    for (const { table, rows } of pairs)
      log({ message: 'rows that the service owns are not in the monolith as it has them', table, rows });
    log(verdictOf(proof, pairs.length === 0));
    return proof.differences === 0 && pairs.length === 0 ? 0 : 1;
  } catch (thrown) {
    return cutOff(thrown, signal, log, 'the next one goes on where it was');
  }
}

/** Puts right what the last proof has found. Resolves to the exit code: 0, 75 cut off by a signal. Throws KitError as `repair` does. */
export async function repairOnce(projection: Projection, env: Environment, file: ReadText): Promise<number> {
  const { config, source, transport: connect, log, signal } = await setUp('repair', projection, env, file);
  await using transport = connect();
  const schemas = new Schemas(config.registryUrl);
  const { database, topicPrefix } = config;
  try {
    const done = await repair({
      ...{ projection, source, database, topicPrefix, transport, schemas, signal },
      onProgress: (progress) => log({ message: 'repairs', ...progress }),
    });
    log({ message: done.repaired > 0 ? 'repaired; prove it again' : 'nothing to repair', ...done });
    return 0;
  } catch (thrown) {
    return cutOff(thrown, signal, log, 'what was repaired stays so');
  }
}

interface Set {
  readonly config: ProjectConfig;
  readonly source: Omit<DatabaseAccess, 'database'>;
  readonly transport: () => Transport;
  readonly log: ReturnType<typeof logger>;
  readonly signal: AbortSignal;
}

async function setUp(role: string, { name }: Projection, env: Environment, file: ReadText): Promise<Set> {
  // It listens nowhere.
  const config = projectConfig({ PORT: '0', ...env }, name, file);
  const { source, brokers, kafkaClient, kafkaAccess } = config;
  if (!source) {
    const text = `SOURCE_DB_USER: it is not set, as CASCADES are off; to ${role} is to read the source`;
    throw new KitError('config', text, { remedy: 'see --help for the variables' });
  }
  const on = await transportOn(kafkaClient);
  const transport = () => on({ brokers, clientId: clientIdOf(name), access: kafkaAccess });
  const log = logger({ projection: name, role });
  return { config, source, transport, log, signal: stopSignal(log, tryLater) };
}

function cutOff(thrown: unknown, signal: AbortSignal, log: Set['log'], what: string): number {
  if (!signal.aborted) throw thrown;
  log({ message: `cut off by a signal; ${what}` });
  return tryLater;
}

/** Now and then. */
function teller(log: Set['log']) {
  let toldMs = 0;
  return ({ table, rows, estimatedRows, position, differences }: ProofProgress): void => {
    if (Date.now() - toldMs < toldEveryMs) return;
    toldMs = Date.now();
    log({ message: position === '' ? 'folds again' : 'compares', table, rows, estimatedRows, position, differences });
  };
}

function verdictOf({ tables, ...cost }: Proof, isPaired: boolean) {
  const message = cost.differences === 0 && isPaired ? 'equal' : 'different';
  return { message, ...cost, tables };
}
