import { ConnectError } from '../errors/connect-error.ts';
import { failureOf } from '../errors/failure-of.ts';
import type { CallOptions, ConnectorConfig, ConnectorStatus, SourceOffset } from '../rest/types.ts';
import { binlogPosition, type Evidence, evidenceIn, offsetFor } from './evidence.ts';

/** What looking needs of a ConnectClient. */
export type ConnectorReads = {
  config(name: string, options?: CallOptions): Promise<ConnectorConfig>;
  status(name: string, options?: CallOptions): Promise<ConnectorStatus>;
  offsets(name: string, options?: CallOptions): Promise<SourceOffset[]>;
};

/** One look at a connector. `running`: the connector and at least one task are RUNNING, and no task is otherwise. */
export type Sight = {
  readonly failure?: ConnectError;
  readonly running: boolean;
  readonly evidence: Evidence;
  readonly offset?: SourceOffset;
  readonly config: ConnectorConfig;
  readonly sentence: string;
};

/** Throws the reads' ConnectError; `not-found` when the worker has no configuration of that name. */
export async function observe(reads: ConnectorReads, name: string, options: CallOptions): Promise<Sight> {
  const config = await reads.config(name, options);
  const status = await statusOf(reads, name, options);
  const failure = failureOf(status, config);
  // The worker may have no offsets to show of a connector that it cannot even start, as when its secrets are gone.
  const canRead = status.connector.state !== 'FAILED';
  const offset = canRead ? offsetFor(await reads.offsets(name, options), config['topic.prefix']) : undefined;
  const evidence = evidenceIn(offset?.offset);
  const running = isRunning(status);
  const sentence = `${statesIn(status)}, ${running || (failure && canRead) ? flowIn(evidence, offset) : 'nothing runs'}`;
  return { running, evidence, config, sentence, ...(failure && { failure }), ...(offset && { offset }) };
}

/** The worker has a connector's configuration, and no status until it has placed it: for as long as it is busy with others. */
async function statusOf(reads: ConnectorReads, name: string, options: CallOptions): Promise<ConnectorStatus> {
  try {
    return await reads.status(name, options);
  } catch (thrown) {
    if (ConnectError.from(thrown).code !== 'not-found') throw thrown;
    return { name, type: 'source', connector: { state: 'UNASSIGNED', workerId: '' }, tasks: [] };
  }
}

function isRunning({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING');
}

function statesIn({ connector, tasks }: ConnectorStatus): string {
  const states = tasks.map(({ id, state }) => `task ${id} ${state}`).join(', ');
  return `connector ${connector.state}, ${states || 'no task placed'}`;
}

function flowIn(evidence: Evidence, offset: SourceOffset | undefined): string {
  const position = binlogPosition(offset?.offset);
  const at = position === '' ? '' : ` at ${position}`;
  const flow: Record<Evidence, string> = {
    none: 'no offset committed yet',
    snapshot: `snapshot under way${at}`,
    'snapshot-done': `snapshot done${at}, no binlog event seen yet`,
    'binlog-read': `reading the binlog${at}`,
  };
  return flow[evidence];
}
