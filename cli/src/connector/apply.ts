import type { Capture } from '@banyan/connectors';
import type { KafkaLock, OpenTransaction, TransactionLogs, Transport } from '@banyan/kit/transport';
import { type ConnectClient, MARIADB_SOURCE_CLASS, maskText, type StreamingProof } from 'debezium-connect-client';
import { CliError } from '../errors.ts';
import { topicOf, uncaptured } from './added-tables.ts';
import { announce, startAdding, untilWhole } from './adding.ts';
import { endOf, ofRefusal } from './diagnosis.ts';
import { endHanging, hangingHere } from './hanging.ts';
import { historiesIn } from './histories.ts';
import type { Patience } from './patience.ts';
import { type Plan, planOf, type Reader } from './plan.ts';
import { refuseStale, type ShownPlan } from './plan-hash.ts';
import { ifAny, refuse, refuseStopped, refuseUnfitTables, refuseUnknownTables } from './refusals.ts';
import type { TableScan } from './scans.ts';
import { type Outcome, untilItStreams } from './streaming.ts';

/** A connector, those who need it, and where it is to run. */
export interface Deployment {
  readonly connect: ConnectClient;
  readonly transport: Transport;
  readonly transactions: TransactionLogs;
  /** Of all tables that the readers name. */
  readonly capture: Capture;
  readonly readers: readonly Reader[];
  /** What the connector has told of tables, from an offset of its notifications on. Throws KitError. */
  readonly scans: (from: bigint) => Promise<readonly TableScan[]>;
  /** About how many rows the tables have; null where the source cannot be asked. */
  readonly rows: ((tables: readonly string[]) => Promise<ReadonlyMap<string, number>>) | null;
  /** Only one at a time applies. Makes what the lock needs. Throws KitError. */
  readonly lock: () => Promise<KafkaLock>;
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
  /** Tables that were added, and have all of their history in Kafka since now. */
  readonly whole: readonly string[];
}

/** What somebody has said that may be done. */
export interface Allowed {
  readonly dangerous: boolean;
  /** Nothing but this; null: whatever is to be done. */
  readonly plan?: ShownPlan | null;
}

/** Waits for Kafka and Connect, and compares what is there with what is wanted. Throws CliError. */
export async function planFor(deployment: Deployment, patience: Patience): Promise<Plan> {
  return planned(deployment, await hangingHere(deployment.transactions, deployment.capture.name, patience), patience);
}

async function planned(
  { connect, transport, capture, readers, rows }: Deployment,
  hanging: readonly OpenTransaction[],
  patience: Patience,
): Promise<Plan> {
  await patience.until('Connect', (signal) => connect.worker({ signal }));
  const topics = await patience.until('Kafka', () => transport.topics());
  const config = await patience.until('Connect', (signal) => ifAny(connect.config(capture.name, { signal })));
  if (config) patience.hide(config);
  const histories = await patience.until('Kafka', () => historiesIn(transport, capture.name));
  const missing = config ? uncaptured(config, readers) : [];
  const there = missing.map((table) => topicOf(config!, table)).filter((topic) => topics.includes(topic));
  const ranges = await patience.until('Kafka', () => transport.describe(there));
  const used = new Set(there.filter((topic) => ranges.get(topic)!.some(({ high }) => high > 0n)));
  const estimates = missing.length > 0 && rows ? await rows(missing).catch(() => new Map()) : new Map();
  return planOf(capture, readers, { config, topics, hanging, histories, used, rows: estimates });
}

/**
 * Makes it so: the end of transactions that hang, the topics that are missing, the connector where a setting differs, and restarts
 * of what FAILED, until it streams.
 * Done again it changes nothing. Throws CliError, which says whether it may heal.
 */
export async function applyConnector(deployment: Deployment, patience: Patience, allowed: Allowed): Promise<Applied> {
  try {
    return await applied(deployment, patience, allowed);
  } catch (thrown) {
    throw patience.maskedError(thrown);
  }
}

async function applied(deployment: Deployment, patience: Patience, allowed: Allowed): Promise<Applied> {
  const { transactions, capture } = deployment;
  const ended = await endHanging(transactions, capture, patience);
  const lock = await held(deployment, patience);
  try {
    return { ...(await appliedAlone(deployment, patience, allowed, lock)), ended };
  } finally {
    await lock.release();
  }
}

async function appliedAlone(
  deployment: Deployment,
  patience: Patience,
  allowed: Allowed,
  lock: KafkaLock,
): Promise<Omit<Applied, 'ended'>> {
  const { connect, transport } = deployment;
  const plan = await planned(deployment, [], patience);
  refuseStale(plan, allowed.plan ?? null);
  refuse(plan, deployment, allowed.dangerous);
  if (plan.connector !== 'new' && !plan.isStoppedToAdd) await refuseStopped(connect, plan.name, patience);
  await patience.until('source', (signal) => validated(connect, plan, signal));
  await refuseUnfitTables(deployment, plan, patience);
  refuseLost(lock, plan);
  await announce(deployment, plan, patience);
  const topics =
    plan.topics.length === 0 ? [] : await patience.until('Kafka', () => transport.createTopics(plan.topics));
  if (topics.length > 0) patience.say(`made ${topics.length} topics: ${topics.join(', ')}`);
  let outcome: Outcome = 'unchanged';
  const putIt = async () => {
    refuseLost(lock, plan);
    outcome = await put(connect, plan, patience);
  };
  const isAdding = plan.added.length > 0;
  await (isAdding ? startAdding(deployment, plan, patience, putIt) : putIt());
  const { proof, restarts } = await untilItStreams(deployment, outcome, patience);
  await refuseUnknownTables(deployment, patience);
  const again = async () => {
    refuseLost(lock, plan);
    await startAdding(deployment, { ...plan, isStoppedToAdd: false }, patience, async () => {});
    await untilItStreams(deployment, 'unchanged', patience);
  };
  const whole = isAdding ? await untilWhole(deployment, plan, patience, again) : [];
  return { plan, outcome, topics, restarts, proof, whole };
}

/** Waits for another one that applies. It is held for as long as its process lives. */
async function held({ lock }: Deployment, patience: Patience): Promise<KafkaLock> {
  const mine = await patience.until('Kafka', lock);
  try {
    await patience.until('turn', async () => {
      if (mine.isHeld) return;
      throw new CliError('being-applied', 'another banyan is applying this connector', {
        mayHeal: true,
        remedy: 'wait until it has ended; if it was killed, ten seconds',
      });
    });
    return mine;
  } catch (thrown) {
    await mine.release();
    throw thrown;
  }
}

/** The brokers have taken this process for dead, and another one may be at it. Throws CliError. */
function refuseLost({ isHeld }: KafkaLock, { name }: Plan): void {
  if (isHeld) return;
  throw new CliError('being-applied', `connector ${name}: Kafka has given the right to apply it to another process`, {
    mayHeal: true,
    remedy: 'run it again: it goes on where this one was',
  });
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
