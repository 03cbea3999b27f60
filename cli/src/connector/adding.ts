import { randomUUID } from 'node:crypto';
import { notificationsOf } from '@banyan/connectors';
import type { History } from '@banyan/kit';
import { type ConnectClient, evidenceIn, incrementalSnapshotIn, type SourceOffset } from 'debezium-connect-client';
import { CliError } from '../errors.ts';
import type { Deployment } from './apply.ts';
import { type Histories, historiesIn, tellHistories } from './histories.ts';
import type { Patience } from './patience.ts';
import type { Plan } from './plan.ts';
import { ifAny } from './refusals.ts';
import type { TableScan } from './scans.ts';

/**
 * Has the connector capture the added tables, and read their history by an incremental snapshot while it streams. It is told so by
 * its offset, which takes effect exactly once, and not by a signal, which Debezium acts upon beside the stream: decision 19. Each
 * step is written down before it is done; whoever comes later goes on from there. `put` puts the configuration.
 */
export async function startAdding(
  deployment: Deployment,
  plan: Plan,
  patience: Patience,
  put: () => Promise<void>,
): Promise<void> {
  const { connect, transport } = deployment;
  const histories = await patience.until('Kafka', () => historiesIn(transport, plan.name));
  const begun = plan.added.map(({ table }) => histories.get(table)!);
  const { tables: underWay } = incrementalSnapshotIn((await committed(connect, plan.name, patience)).offset) ?? {
    tables: [],
  };
  const scans = await scansSince(deployment, histories, patience);
  const waiting = begun.filter(({ table }) => !underWay.includes(table) && !scans.has(table));
  if (waiting.length === 0 && !plan.isStoppedToAdd) return await put();
  try {
    if (waiting.length > 0) {
      await tell(
        deployment,
        begun.map((one) => ({ ...one, isStopped: true })),
        patience,
      );
      await stopped(connect, plan.name, patience);
      const offset = await committed(connect, plan.name, patience);
      const told = withSnapshotOf(
        offset,
        waiting.map(({ table }) => table),
      );
      await patience.until('Connect', (signal) => connect.alterOffsets(plan.name, [told], { signal }));
    }
    await put();
    await patience.until('Connect', (signal) => connect.resume(plan.name, { signal }));
  } catch (thrown) {
    // Whatever it was: nothing else is captured either until it goes on.
    await connect.resume(plan.name).catch(() => {});
    throw thrown;
  }
  await tell(
    deployment,
    begun.map((one) => ({ ...one, isStopped: false })),
    patience,
  );
  patience.say(`history of ${begun.map(({ table }) => table).join(', ')}: it is read while all else streams on`);
}

/** Says of each added table that a part of it is in Kafka; to be done before its topic is made. */
export async function announce({ transport }: Deployment, plan: Plan, patience: Patience): Promise<void> {
  const fresh = plan.added.filter(({ state }) => state === 'new');
  if (fresh.length === 0) return;
  await patience.until('Kafka', async () => {
    const notifiedFrom = await endOf({ transport }, plan.name);
    const said = fresh.map(({ table }) => ({ table, state: 'begun', isStopped: false, notifiedFrom }) as const);
    await tellHistories(transport, plan.name, said);
  });
}

/** Waits until the connector has read all of them, says so, and gives those that are whole since then. What it gave up is begun again. Throws CliError. */
export async function untilWhole(
  deployment: Deployment,
  plan: Plan,
  patience: Patience,
  again: () => Promise<void>,
): Promise<string[]> {
  const whole: string[] = [];
  for (let [left, pauseMs] = [plan.added.map(({ table }) => table), 500]; ; await patience.pause(pauseMs)) {
    pauseMs = Math.min(5000, 2 * pauseMs);
    const histories = await patience.until('Kafka', () => historiesIn(deployment.transport, plan.name));
    const scans = await scansSince(deployment, histories, patience, true);
    const done = left.flatMap((table) => scans.get(table) ?? []);
    for (const scan of done.filter(isComplete)) {
      await tell(deployment, [{ ...histories.get(scan.table)!, state: 'whole', isStopped: false }], patience);
      patience.say(`history of ${scan.table}: all of it is in Kafka`);
      whole.push(scan.table);
    }
    left = left.filter((table) => !whole.includes(table));
    if (left.length === 0) return whole;
    const failed = done.filter((scan) => !isComplete(scan));
    for (const scan of failed) if (scan.status !== 'SQL_EXCEPTION') throw refused(scan);
    if (failed.length > 0) {
      patience.say(`history of ${failed.map(({ table }) => table).join(', ')}: the source did not answer; once more`);
      const notifiedFrom = await patience.until('Kafka', () => endOf(deployment, plan.name));
      await tell(
        deployment,
        failed.map(({ table }) => ({ ...histories.get(table)!, notifiedFrom })),
        patience,
      );
    }
    if (patience.leftMs === 0) throw stillReading(left);
    await again();
  }
}

/** The newest scan of each table that somebody has begun, since then. */
async function scansSince(
  { scans }: Deployment,
  histories: Histories,
  patience: Patience,
  failedToo = false,
): Promise<ReadonlyMap<string, TableScan>> {
  const begun = [...histories.values()].filter(({ state }) => state === 'begun');
  const [from = 0n] = begun.map(({ notifiedFrom }) => notifiedFrom).sort((a, b) => (a < b ? -1 : 1));
  const all = begun.length === 0 ? [] : await patience.until('notifications', () => scans(from));
  const counted = all.filter((scan) => scan.offset >= (histories.get(scan.table)?.notifiedFrom ?? Infinity));
  return new Map(counted.filter((scan) => failedToo || isComplete(scan)).map((scan) => [scan.table, scan]));
}

const isComplete = ({ status }: TableScan): boolean => status === 'SUCCEEDED' || status === 'EMPTY';

async function endOf({ transport }: Pick<Deployment, 'transport'>, prefix: string): Promise<bigint> {
  const topic = notificationsOf(prefix);
  return (await transport.topics()).includes(topic) ? (await transport.describe([topic])).get(topic)![0]!.high : 0n;
}

const tell = ({ transport, capture }: Deployment, histories: readonly History[], patience: Patience): Promise<void> =>
  patience.until('Kafka', () => tellHistories(transport, capture.name, histories));

/** What the connector has committed. In its initial snapshot it has no place in the binlog to go on from. */
async function committed(connect: ConnectClient, name: string, patience: Patience): Promise<SourceOffset> {
  return patience.until('end of the initial snapshot', async (signal) => {
    const offsets = await connect.offsets(name, { signal });
    const found = offsets.find(({ partition }) => partition.server === name);
    const evidence = evidenceIn(found?.offset);
    if (found && evidence !== 'none' && evidence !== 'snapshot') return found;
    const message = `connector ${name} has not finished its initial snapshot: a table is added to one that streams`;
    throw new CliError('snapshot-running', message, { mayHeal: true, remedy: 'run it again when it is over' });
  });
}

/** Its tasks are gone: nothing commits an offset any more. */
async function stopped(connect: ConnectClient, name: string, patience: Patience): Promise<void> {
  await patience.until('Connect', (signal) => connect.stop(name, { signal }));
  for (;;) {
    const status = await patience.until('Connect', (signal) => ifAny(connect.status(name, { signal })));
    if (status?.connector.state === 'STOPPED' && status.tasks.length === 0) return;
    if (patience.leftMs === 0)
      throw new CliError('timeout', `connector ${name} does not stop`, { mayHeal: true, remedy: 'run it again' });
    await patience.pause(200);
  }
}

const key = 'incremental_snapshot';

/** As Debezium 3.5 itself stores it (AbstractIncrementalSnapshotContext): what is there already is read first. */
function withSnapshotOf({ partition, offset }: SourceOffset, tables: readonly string[]): SourceOffset {
  const so = offset?.[`${key}_collections`];
  const before: unknown[] = typeof so === 'string' ? JSON.parse(so) : [];
  const more = tables.map((table) => ({
    [`${key}_collections_id`]: table,
    [`${key}_collections_additional_condition`]: '',
    [`${key}_collections_surrogate_key`]: '',
  }));
  return {
    partition,
    offset: {
      ...offset,
      [`${key}_collections`]: JSON.stringify([...before, ...more]),
      [`${key}_correlation_id`]: offset?.[`${key}_correlation_id`] ?? randomUUID(),
    },
  };
}

function refused({ table, status }: TableScan): CliError {
  const message = `the connector cannot read the history of ${table}: ${status}; what streams of it is captured`;
  const remedy = 'see the worker’s log; what needs the table cannot be filled until it is captured anew';
  return new CliError('history-refused', message, { remedy });
}

function stillReading(tables: readonly string[]): CliError {
  const message = `the history of ${tables.join(', ')} is still being read (WAIT_S); nothing else waits for it`;
  return new CliError('history-running', message, {
    mayHeal: true,
    remedy: 'the connector goes on with it by itself; run it again: a read model is filled once it has been seen whole',
  });
}
