import { expect } from '@jest/globals';
import { type ContractTest, codeOf, errorOf } from './contract-bench.ts';
import { eventually } from './eventually.ts';

/** Connectors come, change and go. */
export function changing(test: ContractTest): void {
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

  test('creating makes it stopped where asked, and once', async ({ client, name, subject: { config }, until }) => {
    const made = await client.createConnector(name, config, { initialState: 'STOPPED' });
    expect(made).toMatchObject({ name, type: 'source', config: { ...config, name } });
    const { tasks } = await until(({ connector }) => connector.state === 'STOPPED');
    expect(tasks).toEqual([]);
    const error = await errorOf(client.createConnector(name, config));
    expect(error).toMatchObject({ code: 'already-exists', retriable: false, httpStatus: 409 });
  });

  test('patching changes what is named, removes what is null, and leaves the rest', async (bench) => {
    const { client, name, subject, until } = bench;
    await client.createConnector(name, { ...subject.config, 'poll.interval.ms': '400' }, { initialState: 'STOPPED' });
    await until(({ connector }) => connector.state === 'STOPPED');
    const patched = await client.patchConfig(name, { 'max.batch.size': '1022', 'poll.interval.ms': null });
    expect(patched.config).toEqual({ ...subject.config, 'max.batch.size': '1022', name });
    expect(await client.config(name)).toEqual(patched.config);
    expect(await codeOf(client.patchConfig(name, { 'max.batch.size': 'many' }))).toBe('invalid-config');
  });

  test('it is listed with its info and status', async ({ client, name, subject: { config }, running }) => {
    await client.putConnector(name, config);
    await running();
    const info = await client.info(name);
    expect(info).toEqual({ name, type: 'source', config: { ...config, name }, taskIds: [0] });
    const listed = (await client.expanded(['info', 'status']))[name];
    expect(listed).toEqual({ info, status: await client.status(name) });
    expect(Object.keys((await client.expanded(['status']))[name] ?? {})).toEqual(['status']);
  });
}
