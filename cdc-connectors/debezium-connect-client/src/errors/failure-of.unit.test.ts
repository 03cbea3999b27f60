import { describe, expect, it } from '@jest/globals';
import type { ConnectorStatus, RunStatus } from '../rest/types.ts';
import { javaTrace } from '../testing/samples.ts';
import { failureOf } from './failure-of.ts';
import { parseJavaTrace } from './java-trace.ts';

const running: RunStatus = { state: 'RUNNING', workerId: 'w:8083' };
const failed: RunStatus = { state: 'FAILED', workerId: 'w:8083', trace: parseJavaTrace(javaTrace) };
const status = (connector: RunStatus, task: RunStatus): ConnectorStatus => ({
  name: 'bank',
  type: 'source',
  connector,
  tasks: [{ id: 0, ...task }],
});

describe('failureOf', () => {
  it('finds nothing where nothing FAILED', () => {
    expect(failureOf(status(running, running))).toBeUndefined();
  });

  it('names the task, the root cause and what to do', () => {
    const error = failureOf(status(running, failed));
    expect(error).toMatchObject({ code: 'task-failed', retriable: false });
    expect(error?.message).toBe(
      'connector "bank": task 0 FAILED on w:8083: java.lang.ClassNotFoundException: no.such.Converter; ' +
        'remove the cause, then restart(name, { includeTasks: true, onlyFailed: true })',
    );
    expect(error?.trace?.chain).toHaveLength(2);
  });

  it('puts the connector’s failure before its task’s', () => {
    expect(failureOf(status(failed, failed))?.code).toBe('connector-failed');
  });

  it('says so when the worker gave no trace', () => {
    expect(failureOf(status(running, { state: 'FAILED', workerId: 'w:8083' }))?.message).toContain('without a trace');
  });

  it('cuts the secrets of the configuration out of message and trace', () => {
    const leaky = { ...failed, trace: parseJavaTrace('a.B: password hunter2 is wrong') };
    const error = failureOf(status(running, leaky), { 'database.password': 'hunter2' });
    expect(error?.message).toContain('a.B: password *** is wrong');
    expect(JSON.stringify(error?.trace)).not.toContain('hunter2');
  });
});
