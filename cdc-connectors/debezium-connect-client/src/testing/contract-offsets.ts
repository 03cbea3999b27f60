import { expect } from '@jest/globals';
import { type ContractTest, codeOf, errorOf } from './contract-bench.ts';

/** What a connector remembers, which may be changed while it is stopped. */
export function offsetsAndTopics(test: ContractTest): void {
  test('offsets are changed and forgotten while it is stopped, and only then', async (bench) => {
    const { client, name, subject, until, running } = bench;
    await client.putConnector(name, subject.config);
    await running();
    const partition = { server: subject.config['topic.prefix'] };
    const offset = { file: 'bin.000001', pos: 4, gtids: '0-1-1' };
    const error = await errorOf(client.alterOffsets(name, [{ partition, offset }]));
    expect(error).toMatchObject({ code: 'not-stopped', retriable: false, httpStatus: 400 });
    expect(await codeOf(client.resetOffsets(name))).toBe('not-stopped');

    await client.stop(name);
    await until(({ connector: { state }, tasks }) => state === 'STOPPED' && tasks.length === 0);
    await client.resetOffsets(name);
    expect(await client.offsets(name)).toEqual([]);
    expect(await client.alterOffsets(name, [{ partition, offset }])).toContain('altered successfully');
    expect(await client.offsets(name)).toEqual([{ partition, offset }]);
    expect(await client.alterOffsets(name, [{ partition, offset: null }])).toContain('altered successfully');
    expect(await client.offsets(name)).toEqual([]);
    expect(await client.resetOffsets(name)).toContain('reset successfully');
    expect(await codeOf(client.alterOffsets(name, []))).toBe('invalid-config');
  });
}
