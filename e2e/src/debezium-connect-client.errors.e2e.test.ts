import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectClient, type ConnectErrorCode, MARIADB_SOURCE_CLASS, secretRef } from 'debezium-connect-client';
import { type Bridge, suiteStack } from './bridge.ts';
import { bridgeWithRows, databaseOf, LIMIT_MS, sourceOf } from './connect-client-bench.ts';
import { eventually } from './eventually.ts';

const stack = suiteStack();

describe('each error code, at a real worker', () => {
  const name = 'client_errors';
  const secrets = `${stack.credentials.folder}/client-errors.properties`;
  const seen = new Set<ConnectErrorCode>();
  let bridge: Bridge;
  const patient = new ConnectClient({ url: stack.connectUrl });
  const at = (url: string, timeoutMs = 30_000) => new ConnectClient({ url, timeoutMs, retry: { attempts: 1 } });
  const impatient = at(stack.connectUrl);
  const config = sourceOf(name, 700_004, {
    database: { ...databaseOf(700_004), include: [name], password: secretRef('file', secrets, 'password') },
  });
  const expectCode = async (code: ConnectErrorCode, call: Promise<unknown>) => {
    await expect(call).rejects.toMatchObject({ name: 'ConnectError', code });
    seen.add(code);
  };

  beforeAll(async () => {
    bridge = await bridgeWithRows(name, 3);
    await writeFile(secrets, `password=${await stack.credentials.password('capture')}\n`, { mode: 0o600 });
  }, LIMIT_MS);
  afterAll(async () => {
    await rm(secrets, { force: true });
    await bridge?.close();
  }, LIMIT_MS);

  it('no way there: unreachable, timeout, aborted, tls-failed, unexpected-answer, unsupported', async () => {
    // Nothing of the stack listens there.
    await expectCode('unreachable', at(`http://127.0.0.1:${stack.ports.connect + 30}`).connectors());
    await expectCode('timeout', at(stack.connectUrl, 1).validate(MARIADB_SOURCE_CLASS, config));
    await expectCode('aborted', impatient.connectors({ signal: AbortSignal.abort('enough') }));
    await expectCode('tls-failed', at(stack.connectUrl.replace('http:', 'https:')).connectors());
    await expectCode('unexpected-answer', at(`http://127.0.0.1:${stack.ports['source-db']}`).connectors());
    await expectCode('unsupported', at(`${stack.connectUrl}/connectors`).worker());
  });

  it(
    'not as asked: not-found, invalid-config, already-exists, not-stopped',
    async () => {
      await expectCode('not-found', patient.status(name));
      await expectCode('invalid-config', patient.putConnector(name, { ...config, 'database.port': '1' }));
      await patient.createConnector(name, config);
      await expectCode('already-exists', patient.createConnector(name, config));
      await expectCode('not-stopped', patient.resetOffsets(name));
      await patient.remove(name);
    },
    LIMIT_MS,
  );

  it(
    'a group that settles: rebalancing',
    async () => {
      const codes = new Set<ConnectErrorCode>();
      await eventually('a rebalance is met', async () => {
        let settled = false;
        const asking = async () => {
          while (!settled) await impatient.config(`${name}_other`).catch(({ code }) => codes.add(code));
        };
        const put = patient.putConnector(name, config).finally(() => {
          settled = true;
        });
        await Promise.all([put, ...Array.from({ length: 8 }, asking)]);
        await patient.remove(name);
        return codes.has('rebalancing');
      });
      seen.add('rebalancing');
      expect([...codes].filter((code) => code !== 'not-found')).toEqual(['rebalancing']);
    },
    LIMIT_MS,
  );

  it(
    'a connector that does not do its work: not-streaming, task-failed, connector-failed, worker-error',
    async () => {
      await patient.putConnector(name, config);
      await expectCode('not-streaming', patient.waitUntilStreaming(name, { timeoutMs: 500, newOffset: true }));
      await patient.putConnector(name, { ...config, converters: 'absent', 'absent.type': 'no.such.Converter' });
      await expectCode('task-failed', patient.waitUntilStreaming(name, { settleMs: 1000 }));
      await patient.putConnector(name, config);
      await patient.waitUntilStreaming(name, { proof: 'snapshot-done', settleMs: 1000 });
      // Now the worker can resolve the password no longer.
      await rm(secrets);
      await expectCode('worker-error', impatient.restart(name));
      const worker = stack.part('connect');
      await worker.kill();
      await worker.start();
      await worker.untilReady(LIMIT_MS, () => {});
      await expectCode('connector-failed', patient.waitUntilStreaming(name, { settleMs: 1000 }));
      await patient.remove(name);
    },
    3 * LIMIT_MS,
  );

  it('leaves out those for which this worker is not set up, and the one that nothing foreseen gives', () => {
    const all: Record<ConnectErrorCode, 'here' | 'elsewhere'> = {
      unreachable: 'here',
      timeout: 'here',
      rebalancing: 'here',
      'worker-error': 'here',
      'not-found': 'here',
      'already-exists': 'here',
      'invalid-config': 'here',
      'not-stopped': 'here',
      unsupported: 'here',
      'tls-failed': 'here',
      'connector-failed': 'here',
      'task-failed': 'here',
      'not-streaming': 'here',
      'unexpected-answer': 'here',
      aborted: 'here',
      // It has no users, and tracks topics.
      unauthorized: 'elsewhere',
      disabled: 'elsewhere',
      unknown: 'elsewhere',
    };
    const here = Object.entries(all).filter(([, where]) => where === 'here');
    expect([...seen].sort()).toEqual(here.map(([code]) => code).sort());
  });
});
