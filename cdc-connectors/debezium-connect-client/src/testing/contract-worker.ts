import { expect } from '@jest/globals';
import { type ContractTest, codeOf } from './contract-bench.ts';
import { eventually } from './eventually.ts';

/** What a worker tells of itself, and what it logs. */
export function theWorkerItself(test: ContractTest): void {
  test('the worker tells its version and cluster', async ({ client }) => {
    const { version, kafkaClusterId } = await client.worker();
    expect(version).toMatch(/^\d+\.\d+/);
    expect(kafkaClusterId).not.toBe('');
  });

  test('the worker is healthy', async ({ client }) => {
    expect(await client.health()).toEqual({ status: 'healthy', message: expect.stringContaining('ready') });
  });

  test('a path that the worker does not have is told from a name that is not there', async ({ clientAt }) => {
    expect(await codeOf(clientAt('/no-such-base').connectors())).toBe('unsupported');
    expect(await codeOf(clientAt('/no-such-base').status('x'))).toBe('unsupported');
  });

  test('a logger is set here, and everywhere', async ({ client: { loggers }, name }) => {
    const logger = `contract.${name}`;
    expect(await codeOf(loggers.level(logger))).toBe('not-found');
    expect(await loggers.set(logger, 'WARN')).toContain(logger);
    const { level, lastModifiedMs } = await loggers.level(logger);
    expect([level, typeof lastModifiedMs]).toEqual(['WARN', 'number']);
    await loggers.setOnAll(logger, 'ERROR');
    await eventually(
      () => loggers.all(),
      (levels) => levels[logger]?.level === 'ERROR',
    );
    expect(await codeOf(loggers.set(logger, 'LOUD' as 'WARN'))).toBe('not-found');
  });
}
