import { ConnectError, type StreamingProof } from 'debezium-connect-client';
import type { Deployment } from './apply.ts';
import { diagnosisOf, endOf } from './diagnosis.ts';
import type { Patience } from './patience.ts';

export type Outcome = 'created' | 'changed' | 'unchanged';

export interface Streaming {
  readonly proof: StreamingProof;
  readonly restarts: number;
}

/** After a change the worker shows for some seconds what was before it. */
const settleMs = { created: 3000, changed: 10_000, unchanged: 0 } as const satisfies Record<Outcome, number>;
const pausesS = [0, 5, 10, 20, 40, 60];

/**
 * Waits until the connector streams. What FAILED is restarted, with longer and longer pauses, when the reason may be over by then.
 * One that stays ends it at once, except that what had FAILED before is tried once: its reason may have been removed meanwhile.
 * Throws CliError.
 */
export async function untilItStreams(deployment: Deployment, outcome: Outcome, patience: Patience): Promise<Streaming> {
  const { connect, capture } = deployment;
  for (let restarts = 0; ; restarts++) {
    const found = await lookAfter(restarts > 0 ? 'changed' : outcome, deployment, patience);
    if (!(found instanceof ConnectError)) return { proof: found, restarts };
    const diagnosis = diagnosisOf(found);
    const isOld = restarts === 0 && outcome !== 'created';
    if (!diagnosis.mayHeal && !(isOld && isHarmless(found))) throw endOf(diagnosis, found);
    const pauseMs = 1000 * (pausesS[Math.min(restarts, pausesS.length - 1)] ?? 0);
    if (patience.leftMs <= pauseMs) throw patience.timeIsUp('streaming connector', diagnosis, found);
    patience.say(`${diagnosis.message}; restarting it${pauseMs > 0 ? ` in ${pauseMs / 1000} s` : ''}`);
    await patience.pause(pauseMs);
    await patience.until('restart', (signal) =>
      connect.restart(capture.name, { includeTasks: true, onlyFailed: true, signal }),
    );
  }
}

/** Two readers with one id throw each other out: the one that runs now may be the right one. */
const isHarmless = ({ trouble }: ConnectError): boolean => trouble?.code !== 'server-id-taken';

/** After a change once more some time later: what the worker has run until then may have given the proof. */
async function lookAfter(outcome: Outcome, deployment: Deployment, patience: Patience) {
  const found = await look(deployment, settleMs[outcome], patience);
  if (outcome === 'unchanged' || deployment.steadyMs === 0 || found instanceof ConnectError) return found;
  await patience.pause(deployment.steadyMs);
  return look(deployment, 0, patience);
}

/** The proof, or how it FAILED. Throws CliError for anything else. */
async function look(
  { connect, capture, proof }: Deployment,
  settled: number,
  patience: Patience,
): Promise<StreamingProof | ConnectError> {
  try {
    return await connect.waitUntilStreaming(capture.name, {
      proof,
      pollMs: 250,
      timeoutMs: Math.max(1, patience.leftMs),
      settleMs: settled,
      onProgress: (text) => patience.say(text),
      signal: patience.callerSignal,
    });
  } catch (thrown) {
    patience.callerSignal.throwIfAborted();
    const error = ConnectError.from(thrown);
    if (error.code === 'task-failed' || error.code === 'connector-failed') return error;
    throw endOf(diagnosisOf(error), error);
  }
}
