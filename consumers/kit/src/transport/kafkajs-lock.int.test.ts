import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.ts';
import { testStack } from '../testkit/test-stack.ts';
import { kafkaJsTransport, kafkaLock } from './kafkajs.ts';

const name = `lock_${randomUUID().slice(0, 8)}`;
const kafka = { brokers: [testStack().kafka], clientId: name };
const take = () => kafkaLock(kafka, name, name);

beforeAll(async () => {
  await using transport = kafkaJsTransport(kafka);
  await transport.createTopics([{ topic: name, partitions: 1, replicationFactor: 1, config: {} }]);
});
let other: ChildProcess | undefined;
afterAll(() => {
  other?.kill('SIGKILL');
});

it('is held by the first, whoever comes, and by the next one when he lets go', async () => {
  const first = await take();
  expect(first.isHeld).toBe(true);
  const second = await take();
  expect(second.isHeld).toBe(false);
  await eventually('the first has it back after the second has come', () => first.isHeld);
  await first.release();
  expect(first.isHeld).toBe(false);
  await eventually('the second has it', () => second.isHeld);
  await second.release();
}, 60_000);

it('ends with a process that is killed', async () => {
  const text = `const { kafkaLock } = await import(${JSON.stringify(new URL('kafkajs.ts', import.meta.url).href)});
    const lock = await kafkaLock(${JSON.stringify(kafka)}, ${JSON.stringify(name)}, ${JSON.stringify(name)});
    console.log(lock.isHeld);`;
  other = spawn(process.execPath, ['--input-type=module', '--eval', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(other.stdout!, 'data')) as [Buffer];
  expect(String(said)).toBe('true\n');
  const mine = await take();
  expect(mine.isHeld).toBe(false);
  other.kill('SIGKILL');
  await eventually('it is ours', () => mine.isHeld);
  await mine.release();
}, 90_000);

it('leaves no connection behind', async () => {
  const port = Number(testStack().kafka.split(':')[1]);
  const open = () =>
    (process as unknown as { _getActiveHandles(): { readonly remotePort?: number }[] })
      ._getActiveHandles()
      .filter(({ remotePort }) => remotePort === port).length;
  await eventually('others of this process are over', () => open() === 0);
  const lock = await take();
  expect(open()).toBeGreaterThan(0);
  await lock.release();
  await eventually('none is left', () => open() === 0);
}, 60_000);

it('names a Kafka that is away', async () => {
  const away = kafkaLock({ ...kafka, brokers: ['127.0.0.1:9'] }, name, name);
  await expect(away).rejects.toMatchObject({ code: 'kafka-unreachable' });
}, 60_000);
