import { type ConnectClient, ConnectError } from 'debezium-connect-client';
import { CliError } from '../errors.ts';
import { nearNames } from '../terminal/near-names.ts';
import type { Deployment } from './apply.ts';
import type { Patience } from './patience.ts';
import { dangersOf, type Plan } from './plan.ts';
import { sourceTables } from './source-tables.ts';

/** Throws CliError `not-captured`, or `dangerous` when that is not allowed. */
export function refuse(plan: Plan, { captureAnew }: Deployment, dangerous: boolean): void {
  const [first] = plan.notCaptured;
  if (first) {
    const message = `${first.service} reads ${first.tables.join(', ')}, which the running connector does not capture`;
    throw new CliError('not-captured', message, { remedy: captureAnew });
  }
  const [danger] = dangersOf(plan);
  if (!danger || dangerous) return;
  const message = `connector ${plan.name} would be changed dangerously: ${danger.what}: ${danger.why}`;
  const remedy =
    'nothing was changed; see banyan connector plan, and if it is meant: banyan connector apply --dangerous';
  throw new CliError('dangerous', message, { remedy });
}

/** Somebody works at it, perhaps in the middle of a recovery: it is his to resume. */
export async function refuseStopped(connect: ConnectClient, name: string, patience: Patience): Promise<void> {
  const state = await patience.until('Connect', (signal) => stateIfAny(connect, name, signal));
  if (state !== 'PAUSED' && state !== 'STOPPED') return;
  const message = `connector ${name} is ${state}: somebody has stopped it; nothing was changed`;
  throw new CliError('connector-stopped', message, {
    remedy: `when that is over: PUT /connectors/${name}/resume at the worker`,
  });
}

/** Debezium takes a table that is not there for one that may come, and captures nothing. */
export async function refuseUnknownTables({ transport, readers, capture }: Deployment, patience: Patience) {
  const history = capture.config['schema.history.internal.kafka.topic']!;
  const there = await patience.until('Kafka', () => sourceTables(transport, history));
  if (!there) return;
  const known = new Set([...there.keys()].map((table) => table.toLowerCase()));
  for (const { name, tables } of readers) {
    const unknown = tables.find((table) => !known.has(table.toLowerCase()));
    if (unknown === undefined) continue;
    const message = `${name} reads ${unknown}, which the source does not have${meant(unknown, there)}, or does not show to the user of the connector: of it nothing is captured`;
    const remedy =
      'create it at the source: it is captured from its beginning on; or correct the declaration, or grant SELECT, and capture anew';
    throw new CliError('unknown-table', message, { remedy });
  }
}

/** An incremental snapshot reads by key, and a table that is known. Throws CliError `unknown-table`, `no-key`; nothing was changed. */
export async function refuseUnfitTables({ transport, capture }: Deployment, { added }: Plan, patience: Patience) {
  if (added.length === 0) return;
  const history = capture.config['schema.history.internal.kafka.topic']!;
  const there = await patience.until('Kafka', () => sourceTables(transport, history));
  if (!there) return;
  for (const { table, services } of added) {
    const who = services.join(', ') || 'nobody any more';
    if (!there.has(table)) {
      const message = `${who} reads ${table}, which the source does not have${meant(table, there)}, or does not show to the user of the connector`;
      const remedy =
        'nothing was changed; correct the declaration, or create the table, or grant SELECT and capture anew';
      throw new CliError('unknown-table', message, { remedy });
    }
    if (there.get(table)!.hasKey) continue;
    const message = `${who} reads ${table}, which has no primary key: its history cannot be read while the rest streams`;
    throw new CliError('no-key', message, {
      remedy: 'nothing was changed; give it one at the source, or capture anew',
    });
  }
}

function meant(table: string, there: ReadonlyMap<string, unknown>): string {
  const near = nearNames(table, there.keys());
  return near.length > 0 ? ` (${near.join(' or ')}?)` : '';
}

/** There is none until the worker has placed it. */
async function stateIfAny(connect: ConnectClient, name: string, signal: AbortSignal): Promise<string | null> {
  return (await ifAny(connect.status(name, { signal })))?.connector.state ?? null;
}

/** Null for what the worker does not know. */
export async function ifAny<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((thrown: unknown) => {
    if (thrown instanceof ConnectError && thrown.code === 'not-found') return null;
    throw thrown;
  });
}
