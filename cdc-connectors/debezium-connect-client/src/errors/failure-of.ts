import type { ConnectorConfig, ConnectorStatus, RunStatus } from '../rest/types.ts';
import { maskText } from '../secrets/mask.ts';
import { ConnectError, type ConnectErrorCode } from './connect-error.ts';
import { causeLine, parseJavaTrace } from './java-trace.ts';
import { sourceTroubleIn } from './source-trouble.ts';

/**
 * The error in a status: `connector-failed` or `task-failed` with the worker's trace, the root cause in the message; undefined
 * when nothing is FAILED. A FAILED connector goes before its tasks, as it is why they fail. `trouble` when the source or what the
 * connector remembers of it is why.
 *
 * With the connector's `config` given, its plain secrets are cut out of the trace.
 */
export function failureOf(status: ConnectorStatus, config: ConnectorConfig = {}): ConnectError | undefined {
  if (status.connector.state === 'FAILED') {
    return failure('connector-failed', `connector "${status.name}" FAILED`, status.connector, config);
  }
  const task = status.tasks.find(({ state }) => state === 'FAILED');
  return task && failure('task-failed', `connector "${status.name}": task ${task.id} FAILED`, task, config);
}

function failure(
  code: ConnectErrorCode,
  what: string,
  { workerId, trace }: RunStatus,
  config: ConnectorConfig,
): ConnectError {
  const advice = 'remove the cause, then restart(name, { includeTasks: true, onlyFailed: true })';
  if (trace === undefined)
    return new ConnectError(code, `${what} on ${workerId} without a trace; see that worker’s log, ${advice}`);
  const masked = parseJavaTrace(maskText(trace.text, config));
  const trouble = sourceTroubleIn(masked, config);
  const why = trouble ? `${trouble.what} (${causeLine(masked.rootCause)})` : causeLine(masked.rootCause);
  return new ConnectError(code, `${what} on ${workerId}: ${why}; ${trouble?.remedy ?? advice}`, {
    trace: masked,
    ...(trouble && { trouble }),
  });
}
