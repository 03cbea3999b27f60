import type { SnapshotCost } from '@banyan/connectors';
import type { Stack } from '@banyan/stack';
import {
  ConnectClient,
  type ConnectorConfig,
  evidenceIn,
  failureOf,
  type SourceTrouble,
} from 'debezium-connect-client';
import { type Problem, problemOf } from '../errors.ts';
import { snapshotOf } from '../snapshot.ts';

export interface TaskState {
  readonly id: number;
  readonly state: string;
}

export interface ConnectorState {
  readonly name: string;
  readonly state: string;
  readonly tasks: readonly TaskState[];
  /** The GTIDs in the offset committed last; null before the first. It lags by the worker's flush interval. */
  readonly position: string | null;
  readonly binlog: string | null;
  /** What the offset proves: `none`, `snapshot`, `snapshot-done`, `binlog-read`. */
  readonly evidence: string;
  /** What its latest snapshot cost the source. */
  readonly snapshot: SnapshotCost;
  /** Why it FAILED, the root cause in the message; null when nothing did. */
  readonly reason: string | null;
  /** When that comes from the source, or from what the connector remembers of it. */
  readonly trouble: SourceTrouble | null;
  /** What no other connector may have: its `topic.prefix`, and its `database.server.id` on that server. */
  readonly prefix: string | null;
  readonly serverId: string | null;
}

/** The connectors of a worker, by name; `problem` instead when it does not answer within the limit. Never rejects. */
export async function connectorStates(
  stack: Stack,
  limitMs: number,
): Promise<{ readonly connectors: readonly ConnectorState[]; readonly problem: Problem | null }> {
  const client = new ConnectClient({ url: stack.connectUrl, timeoutMs: limitMs, retry: { attempts: 1 } });
  const signal = AbortSignal.timeout(limitMs);
  try {
    const names = (await client.connectors({ signal })).sort();
    return { connectors: await Promise.all(names.map((name) => stateOf(stack, client, name, signal))), problem: null };
  } catch (error) {
    const problem = problemOf('connect', error);
    const late = signal.aborted
      ? { code: 'timeout', message: `Kafka Connect did not answer within ${limitMs / 1000} s` }
      : {};
    return { connectors: [], problem: { ...problem, ...late, remedy: 'see its log: banyan logs connect' } };
  }
}

async function stateOf(
  stack: Stack,
  client: ConnectClient,
  name: string,
  signal: AbortSignal,
): Promise<ConnectorState> {
  const [status, config, offsets, snapshot] = await Promise.all([
    client.status(name, { signal }),
    client.config(name, { signal }),
    client.offsets(name, { signal }),
    snapshotOf(stack, name),
  ]);
  const prefix = config['topic.prefix'];
  const failure = failureOf(status, config);
  const offset = (offsets.find(({ partition }) => partition.server === prefix) ?? offsets[0])?.offset;
  const { file, pos, gtids } = (offset ?? {}) as { file?: unknown; pos?: unknown; gtids?: unknown };
  return {
    name,
    state: status.connector.state,
    tasks: status.tasks.map(({ id, state }) => ({ id, state })),
    position: typeof gtids === 'string' && gtids !== '' ? gtids : null,
    binlog: typeof file === 'string' && file !== '' ? `${file}:${pos}` : null,
    evidence: evidenceIn(offset),
    snapshot,
    reason: failure?.message ?? null,
    trouble: failure?.trouble ?? null,
    prefix: prefix ?? null,
    serverId: serverIdIn(config),
  };
}

function serverIdIn(config: ConnectorConfig): string | null {
  const [host, port, id] = ['hostname', 'port', 'server.id'].map((key) => config[`database.${key}`]);
  return id === undefined ? null : `${id} on ${host}:${port}`;
}
