import { expect } from '@jest/globals';
import { type ContractTest, codeOf, errorOf } from './contract-bench.ts';

/** States, and what a failure looks like. */
export function runningAndFailing(test: ContractTest): void {
  test('it runs, pauses, resumes, stops and restarts', async ({ client, name, subject, until, running }) => {
    await client.putConnector(name, subject.config);
    await running();
    await client.pause(name);
    await until(({ connector: { state }, tasks }) => state === 'PAUSED' && tasks[0]?.state === 'PAUSED');
    await client.resume(name);
    await running();
    await client.stop(name);
    await until(({ connector: { state }, tasks }) => state === 'STOPPED' && tasks.length === 0);
    await client.resume(name);
    await running();
    await client.restart(name);
    await client.restart(name, { includeTasks: true });
    await running();
  });

  test('a failed task has the worker’s trace, and waiting for it to stream says so', async (bench) => {
    const { client, name, subject, until } = bench;
    await client.putConnector(name, subject.failingConfig);
    const { tasks } = await until((status) => status.tasks[0]?.state === 'FAILED');
    const { rootCause, chain } = tasks[0]?.trace ?? {};
    expect(rootCause?.className).toMatch(/^[\w$]+(\.[\w$]+)+$/);
    expect(chain?.at(-1)).toEqual(rootCause);
    const error = await errorOf(client.waitUntilStreaming(name, { settleMs: 1000 }));
    expect(error).toMatchObject({ code: 'task-failed', retriable: false, trace: { rootCause } });
    expect(error.message).toContain(rootCause?.message);
  });

  test('one task is looked at and restarted', async ({ client, name, subject, until, running }) => {
    await client.putConnector(name, subject.failingConfig);
    const { tasks } = await until((status) => status.tasks[0]?.state === 'FAILED');
    expect(await client.taskStatus(name, 0)).toEqual(tasks[0]);
    expect(await codeOf(client.taskStatus(name, 7))).toBe('not-found');
    expect(await codeOf(client.restartTask(name, 7))).toBe('not-found');
    await client.putConnector(name, subject.config);
    await running();
    const [task] = await client.tasks(name);
    expect(task).toMatchObject({ id: 0, config: { 'topic.prefix': subject.config['topic.prefix'] } });
    await client.restartTask(name, 0);
    await running();
  });
}

/** The wait that ends when changes flow. */
export function streaming(test: ContractTest): void {
  test('a corrected connector is not judged by its former failure', async ({ client, name, subject, until }) => {
    await client.putConnector(name, subject.failingConfig);
    await until((status) => status.tasks[0]?.state === 'FAILED');
    await client.putConnector(name, subject.config);
    const { evidence } = await client.waitUntilStreaming(name, { proof: 'snapshot-done', settleMs: 1000 });
    expect(['snapshot-done', 'binlog-read']).toContain(evidence);
  });

  test('it streams, and its topics and offsets show it', async ({ client, name, subject }) => {
    await client.putConnector(name, subject.config);
    const told: string[] = [];
    const onProgress = (sentence: string) => told.push(sentence);
    const proof = await client.waitUntilStreaming(name, { timeoutMs: 100_000, settleMs: 1000, onProgress });
    expect(proof.evidence).toBe('binlog-read');
    expect(proof.offset.partition).toEqual({ server: subject.config['topic.prefix'] });
    expect(told.at(-1)).toMatch(/^connector RUNNING, task 0 RUNNING, reading the binlog at \S+:\d+$/);
    expect(await client.offsets(name)).toHaveLength(1);
    expect(await client.activeTopics(name)).not.toEqual([]);
  });
}
