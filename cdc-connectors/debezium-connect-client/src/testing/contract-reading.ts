import { expect } from '@jest/globals';
import { type ContractTest, codeOf } from './contract-bench.ts';

/** What is asked without changing anything. */
export function readingAndValidating(test: ContractTest): void {
  test('the plugin is installed', async ({ client, subject }) => {
    expect((await client.plugins()).map(({ className }) => className)).toContain(subject.pluginClass);
  });

  test('a name that is not there is not found, whatever is asked of it', async ({ client, name }) => {
    const calls = [
      client.info(name),
      client.config(name),
      client.patchConfig(name, { 'max.batch.size': '1023' }),
      client.status(name),
      client.tasks(name),
      client.taskStatus(name, 0),
      client.restartTask(name, 0),
      client.offsets(name),
      client.alterOffsets(name, [{ partition: { server: 'x' }, offset: null }]),
      client.resetOffsets(name),
      client.pause(name),
      client.resume(name),
      client.stop(name),
      client.restart(name),
      client.restart(name, { includeTasks: true, onlyFailed: true }),
      client.remove(name),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'not-found'));
    expect(await client.activeTopics(name)).toEqual([]);
    await client.resetActiveTopics(name);
  });

  test('a plugin tells its settings, and one that is not there is not found', async ({ client, subject }) => {
    const settings = await client.pluginSettings(subject.pluginClass);
    expect(settings.find(({ name }) => name === 'database.hostname')).toMatchObject({
      type: 'STRING',
      importance: 'HIGH',
      defaultValue: null,
    });
    expect(await codeOf(client.pluginSettings('no.such.Class'))).toBe('not-found');
  });

  test('there are more plugins than connectors', async ({ client }) => {
    const connectors = await client.plugins();
    const all = await client.plugins({ connectorsOnly: false });
    expect(new Set(connectors.map(({ type }) => type)).difference(new Set(['source', 'sink'])).size).toBe(0);
    expect(all.map(({ type }) => type)).toContain('converter');
    expect(all.length).toBeGreaterThan(connectors.length);
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
