import type { Capture } from '@banyan/connectors';
import type { OpenTransaction, TransactionLogs, Transport } from '@banyan/kit/transport';
import { type ConnectClient, MARIADB_SOURCE_CLASS, maskText, type StreamingProof } from 'debezium-connect-client';
import { endOf, ofRefusal } from './diagnosis.ts';
import { endHanging, hangingHere } from './hanging.ts';
import type { Patience } from './patience.ts';
import { type Plan, planOf, type Reader } from './plan.ts';
import { ifAny, refuse, refuseStopped, refuseUnknownTables } from './refusals.ts';
import { type Outcome, untilItStreams } from './streaming.ts';

/** A connector, those who need it, and where it is to run. */
export interface Deployment {
  readonly connect: ConnectClient;
  readonly transport: Transport;
  readonly transactions: TransactionLogs;
  /** Of all tables that the readers name. */
  readonly capture: Capture;
  readonly readers: readonly Reader[];
  /** What to do about a table that a running connector does not capture. */
  readonly captureAnew: string;
  /** What is taken for streaming: on an idle source a binlog event comes up to half a minute after the snapshot. */
  readonly proof: 'snapshot-done' | 'binlog-read';
  /** After a change it must stream for this long, as for a moment the worker shows, and runs, what was before. */
  readonly steadyMs: number;
}

export interface Applied {
  readonly plan: Plan;
  readonly outcome: Outcome;
  /** The topics that were made. */
  readonly topics: readonly string[];
  /** The transactions that nobody else could end. */
  readonly ended: readonly OpenTransaction[];
  readonly restarts: number;
  readonly proof: StreamingProof;
}

/** Waits for Kafka and Connect, and compares what is there with what is wanted. Throws CliError. */
export async function planFor(deployment: Deployment, patience: Patience): Promise<Plan> {
  return planned(deployment, await hangingHere(deployment.transactions, deployment.capture.name, patience), patience);
}

async function planned(
  { connect, transport, capture, readers }: Deployment,
  hanging: readonly OpenTransaction[],
  patience: Patience,
): Promise<Plan> {
  await patience.until('Connect', (signal) => connect.worker({ signal }));
  const topics = await patience.until('Kafka', () => transport.topics());
  const config = await patience.until('Connect', (signal) => ifAny(connect.config(capture.name, { signal })));
  if (config) patience.hide(config);
  return planOf(capture, readers, { config, topics, hanging });
}

/**
 * Makes it so: the end of transactions that hang, the topics that are missing, the connector where a setting differs, and restarts
 * of what FAILED, until it streams.
 * Done again it changes nothing. Throws CliError, which says whether it may heal.
 */
export async function applyConnector(
  deployment: Deployment,
  patience: Patience,
  allowed: { readonly dangerous: boolean },
): Promise<Applied> {
  try {
    return await applied(deployment, patience, allowed);
  } catch (thrown) {
    throw patience.maskedError(thrown);
  }
}

async function applied(
  deployment: Deployment,
  patience: Patience,
  allowed: { readonly dangerous: boolean },
): Promise<Applied> {
  const { connect, transport, transactions, capture } = deployment;
  const ended = await endHanging(transactions, capture, patience);
  const plan = await planned(deployment, [], patience);
  refuse(plan, deployment, allowed.dangerous);
  if (plan.connector !== 'new') await refuseStopped(connect, plan.name, patience);
  await patience.until('source', (signal) => validated(connect, plan, signal));
  const topics =
    plan.topics.length === 0 ? [] : await patience.until('Kafka', () => transport.createTopics(plan.topics));
  if (topics.length > 0) patience.say(`made ${topics.length} topics: ${topics.join(', ')}`);
  const outcome = await put(connect, plan, patience);
  const { proof, restarts } = await untilItStreams(deployment, outcome, patience);
  await refuseUnknownTables(deployment, patience);
  return { plan, outcome, topics, ended, restarts, proof };
}

async function put(connect: ConnectClient, plan: Plan, patience: Patience): Promise<Outcome> {
  if (plan.connector === 'same') return 'unchanged';
  for (const { setting, from, to } of plan.connector === 'new' ? [] : plan.changes)
    patience.say(`${setting}: ${from ?? '(not set)'} -> ${to ?? '(not set)'}`);
  await patience.until('Connect', (signal) => connect.putConnector(plan.name, plan.config, { signal }));
  const outcome = plan.connector === 'new' ? 'created' : 'changed';
  patience.say(outcome);
  return outcome;
}

/** The worker tries the source with it, too. Throws CliError. */
export async function validated(connect: ConnectClient, { config }: Plan, signal: AbortSignal): Promise<void> {
  const { problems } = await connect.validate(MARIADB_SOURCE_CLASS, config, { signal });
  const objections = problems.flatMap(({ name, errors }) =>
    errors.map((said) => ({ setting: name, said: maskText(said, config) })),
  );
  const source = `source ${config['database.hostname']}:${config['database.port']}`;
  if (objections.length > 0) throw endOf(ofRefusal(objections, source), undefined);
}
