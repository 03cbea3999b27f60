import { describe, expect, it } from '@jest/globals';
import { fakeMariaDb, javaTrace, sourceTraces } from '../testing/samples.ts';
import { failureOf } from './failure-of.ts';
import { parseJavaTrace } from './java-trace.ts';
import { sourceTroubleIn } from './source-trouble.ts';

const expected = {
  'its user had another password when it was started again': 'access-denied',
  'its user may not ask for the position': 'grants-missing',
  'its user may not lock': 'grants-missing',
  'its user may not read the binlog': 'grants-missing',
  'the binlog was one of statements': 'binlog-unfit',
  'the binlog was one of changed columns': 'binlog-unfit',
  'the binlog was purged while it was stopped': 'binlog-purged',
  'a promoted replica has no binlog of what it replicated': 'position-unknown',
  'another connector came with its server id': 'server-id-taken',
  'the schema history topic was deleted while it was stopped': 'schema-history-lost',
  'another server had counted GTIDs when it was started': 'position-unknown',
  'it was started again after it had gone over to another server': 'schema-history-lost',
} as const satisfies Record<keyof typeof sourceTraces, string>;

describe('a task that FAILED with a trace of its source', () => {
  it.each(Object.entries(expected))('because %s is %s', (story, code) => {
    const text = sourceTraces[story as keyof typeof sourceTraces];
    const failed = { id: 0, state: 'FAILED', workerId: 'w:8083', trace: parseJavaTrace(text) };
    const connector = { state: 'RUNNING', workerId: 'w:8083' };
    const error = failureOf({ name: 'bank', type: 'source', connector, tasks: [failed] }, fakeMariaDb);
    expect(error).toMatchObject({ code: 'task-failed', trouble: { code } });
    const { what, remedy } = error!.trouble!;
    const { className, message } = failed.trace.rootCause;
    expect(error!.message).toBe(
      `connector "bank": task 0 FAILED on w:8083: ${what} (${className}: ${message}); ${remedy}`,
    );
  });

  it('names the schema history topic in its remedy', () => {
    const trace = parseJavaTrace(sourceTraces['the schema history topic was deleted while it was stopped']);
    expect(sourceTroubleIn(trace, fakeMariaDb)?.remedy).toContain('delete the topic bank.history if it is there');
  });

  it('is none of them for any other', () => {
    expect(sourceTroubleIn(parseJavaTrace(javaTrace))).toBeUndefined();
    expect(sourceTroubleIn(parseJavaTrace(''))).toBeUndefined();
  });
});
