import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeConnect, fakeConnect } from 'debezium-connect-client/testing';
import { banyan, type Ended, Run } from '../testing-cli.ts';

let fake: FakeConnect;
let env: Record<string, string>;
beforeAll(async () => {
  fake = await fakeConnect();
  env = {
    CONNECT_URL: fake.url,
    KAFKA_BROKERS: '127.0.0.1:1',
    REGISTRY_URL: 'http://registry:8080/apis/registry/v2',
    TOPIC_PREFIX: 'bank',
    SOURCE_DB_HOST: 'source-db',
    SERVER_ID: '5400',
    WITHHELD_COLUMNS: 'bank.cards.pan',
    WAIT_S: '1',
  };
});
afterAll(() => fake.stop());

const lastLine = ({ stderr }: Ended) => stderr.trimEnd().split('\n').at(-1);

describe('banyan connector', () => {
  it('teaches', async () => {
    const { code, stdout } = await banyan(['connector', '--help'], {});
    expect(code).toBe(0);
    for (const word of [
      'banyan connector plan',
      '0 nothing to do, 2 something',
      '75',
      'WITHHELD_COLUMNS',
      '--dangerous',
    ])
      expect(stdout).toContain(word);
  });

  it('ends with 1 at a wrong call or environment: 2 says that something would change', async () => {
    const call = await banyan(['connector', 'aply'], env);
    expect([call.code, call.stderr]).toEqual([1, expect.stringContaining("'aply' is neither plan nor apply")]);
    const wrong = await banyan(['connector', 'plan'], { ...env, SERVER_ID: 'x', SOURCE_DB_PASSWORD_REF: 'hunter2' });
    expect(wrong.code).toBe(1);
    expect(lastLine(wrong)).toMatch(
      /^banyan connector: SOURCE_DB_PASSWORD_REF: .*; SERVER_ID: 'x' is not .*; for the variables/,
    );
    expect(wrong.stdout + wrong.stderr).not.toContain('hunter2');
  });

  it.each(['plan', 'apply'])('%s ends with 75 while Kafka is away, and its last line says so', async (action) => {
    const away = await banyan(['connector', action, '--json'], env);
    expect(away.code).toBe(75);
    expect(away.stderr).toContain('waiting for Kafka, up to 1 s more: Kafka at 127.0.0.1:1');
    expect(lastLine(away)).toMatch(
      /^banyan connector: no Kafka within 1 s \(WAIT_S\): .*; it may heal by itself: run it again$/,
    );
    expect(JSON.parse(away.stdout)).toMatchObject({
      command: 'connector',
      ok: false,
      problems: [{ where: 'connector', code: 'kafka-unreachable' }],
    });
  });

  it('ends at once when it is told to, and says so', async () => {
    const run = new Run(['connector', 'apply'], { ...env, WAIT_S: '60' });
    run.child.stderr!.once('data', () => run.child.kill('SIGTERM'));
    const ended = await run.ended;
    expect([ended.code, lastLine(ended)]).toEqual([130, expect.stringMatching(/^banyan connector: interrupted; /)]);
  });
});
