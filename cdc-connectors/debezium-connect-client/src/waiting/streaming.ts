import { ConnectError } from '../errors/connect-error.ts';
import type { ClientPorts } from '../rest/options.ts';
import type { CallOptions, SourceOffset } from '../rest/types.ts';
import type { Evidence } from './evidence.ts';
import type { ConnectorReads } from './observe.ts';
import { Wait } from './wait.ts';

/**
 * What counts as proof, and how long to wait for it. The proof is a committed offset, so it comes a flush late: the worker's
 * `offset.flush.interval.ms` (60 s unless set) after the fact.
 */
export type StreamingOptions = CallOptions & {
  /** Default 120 000. */
  readonly timeoutMs?: number;
  /** Between two looks. Default 1 000. */
  readonly pollMs?: number;
  /**
   * `binlog-read` (default): an offset that a binlog event was part of. On a database where nothing happens only a heartbeat
   * commits one, and only when the server has sent something: every 0.8 × `connect.keep.alive.interval.ms`.
   * `snapshot-done`: the snapshot is complete, and the position to stream from is committed.
   */
  readonly proof?: 'binlog-read' | 'snapshot-done';
  /**
   * Do not take an offset committed before the wait began: it may be of an earlier run. Waits for it to change, which needs a
   * change in the database. Default false.
   */
  readonly newOffset?: boolean;
  /**
   * What the very first look shows may be of before a change that was made a moment ago: a failure and a proof in it count only
   * when they are still there after this time. Default 3 000.
   */
  readonly settleMs?: number;
  /** How many times to restart what FAILED before giving up. Default 0: a failure is thrown. */
  readonly restartFailed?: number;
  /** Called with a sentence, first and whenever it changes: `connector RUNNING, task 0 RUNNING, snapshot under way at …`. */
  readonly onProgress?: (sentence: string) => void;
};

/** The offset that is the proof. */
export type StreamingProof = { readonly evidence: Evidence; readonly offset: SourceOffset; readonly waitedMs: number };

/** What waiting needs of a ConnectClient. */
export type ConnectorAccess = ConnectorReads & {
  restart(name: string, options: CallOptions & { includeTasks: boolean; onlyFailed: boolean }): Promise<void>;
};

/**
 * Polls until the connector streams. Rejects with `connector-failed` or `task-failed` and the worker's trace as soon as something
 * FAILED; `not-found` when there is no such connector after 10 s; `not-streaming` when the time is up, saying how far it got;
 * `aborted`. A worker that does not answer meanwhile is waited for like the rest.
 */
export async function waitUntilStreaming(
  access: ConnectorAccess,
  name: string,
  options: StreamingOptions,
  { now, sleep }: Pick<ClientPorts, 'now' | 'sleep'>,
): Promise<StreamingProof> {
  const { timeoutMs = 120_000, pollMs = 1000, signal } = options;
  const wait = new Wait(access, name, options, AbortSignal.timeout(timeoutMs));
  for (const startMs = now(); ; ) {
    const elapsedMs = () => now() - startMs;
    const proof = await wait.look(elapsedMs());
    if (proof !== undefined) return { ...proof, waitedMs: elapsedMs() };
    const leftMs = timeoutMs - elapsedMs();
    if (leftMs <= 0) throw wait.timeIsUp(timeoutMs);
    await sleep(Math.min(pollMs, leftMs), signal).catch((thrown: unknown) => {
      throw new ConnectError('aborted', `waiting for connector "${name}" to stream was aborted by its caller`, {
        cause: thrown,
      });
    });
  }
}
