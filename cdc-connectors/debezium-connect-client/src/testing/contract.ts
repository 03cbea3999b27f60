import { describe, expect } from '@jest/globals';
import { benchFor, type ConnectSubject, codeOf, errorOf } from './contract-bench.ts';
import { eventually } from './eventually.ts';

export type { ConnectSubject } from './contract-bench.ts';

/**
 * What ConnectClient relies on, as tests: they hold for `fakeConnect` and for a real worker alike. Makes connectors with names
 * of its own and removes them again. Needs jest.
 */
export function connectContract(title: string, factory: () => Promise<ConnectSubject>): void {
  describe(`Kafka Connect contract: ${title}`, () => {
    const test = benchFor(factory);
    readingAndValidating(test);
    changing(test);
    runningAndFailing(test);
    streaming(test);
  });
}

type Test = ReturnType<typeof benchFor>;

function readingAndValidating(test: Test): void {
  test('the worker tells its version and cluster', async ({ client }) => {
    const { version, kafkaClusterId } = await client.worker();
    expect(version).toMatch(/^\d+\.\d+/);
    expect(kafkaClusterId).not.toBe('');
  });

  test('the plugin is installed', async ({ client, subject }) => {
    expect((await client.plugins()).map(({ className }) => className)).toContain(subject.pluginClass);
  });

  test('a name that is not there is not found, whatever is asked of it', async ({ client, name }) => {
    const calls = [
      client.config(name),
      client.status(name),
      client.offsets(name),
      client.pause(name),
      client.resume(name),
      client.stop(name),
      client.restart(name),
      client.restart(name, { includeTasks: true, onlyFailed: true }),
      client.remove(name),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'not-found'));
    expect(await client.activeTopics(name)).toEqual([]);
  });

  test('validating names what is missing, and finds nothing wrong with what runs', async ({ client, subject }) => {
    const { 'topic.prefix': _, ...incomplete } = subject.config;
    const refused = await client.validate(subject.pluginClass, incomplete);
    expect(refused.problems.map((problem) => problem.name)).toContain('topic.prefix');
    expect(refused.errorCount).toBeGreaterThanOrEqual(refused.problems.length);
    expect(await client.validate(subject.pluginClass, subject.config)).toEqual({ errorCount: 0, problems: [] });
  });

  test('validating for a class that is not installed is refused', async ({ client, subject }) => {
    expect(await codeOf(client.validate('no.such.Class', subject.config))).toBe('invalid-config');
  });
}

function changing(test: Test): void {
  test('putting creates, then does nothing, then changes', async ({ client, name, subject: { config } }) => {
    expect((await client.putConnector(name, config)).outcome).toBe('created');
    expect(await client.connectors()).toContain(name);
    expect(await client.config(name)).toEqual({ ...config, name });
    expect(await client.putConnector(name, config)).toEqual({ outcome: 'unchanged', changedKeys: [] });
    const changed = { ...config, 'max.batch.size': '1023' };
    const expected = { outcome: 'changed', changedKeys: ['max.batch.size'] };
    expect(await client.putConnector(name, changed)).toEqual(expected);
    expect(await client.config(name)).toEqual({ ...changed, name });
  });

  test('a configuration that the plugin refuses makes no connector', async ({ client, name, subject }) => {
    const error = await errorOf(client.putConnector(name, subject.refusedConfig));
    expect(error).toMatchObject({ code: 'invalid-config', retriable: false, httpStatus: 400 });
    expect(error.message).toContain('Connector configuration is invalid');
    expect(await client.connectors()).not.toContain(name);
  });

  test('a removed connector is gone', async ({ client, name, subject }) => {
    await client.putConnector(name, subject.config);
    await client.remove(name);
    await eventually(
      () => client.connectors(),
      (names) => !names.includes(name),
    );
    expect(await codeOf(client.config(name))).toBe('not-found');
  });
}

function runningAndFailing(test: Test): void {
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
}

function streaming(test: Test): void {
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
