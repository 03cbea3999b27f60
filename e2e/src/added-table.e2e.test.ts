import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applied } from './applied.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { open, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { proved } from './proved.ts';
import { ServiceProcess } from './service-process.ts';

const size = 20_000;
const name = 'added_table';
/** Of the service that reads the added table. */
const other = `${name}_letters`;

/**
 * A table is added to a bridge that streams, and the worker is killed in the middle of its history. Rows at both ends of it change, come
 * and go all the time, in the same transactions as those of the table that was there before.
 */
describe('a table that is added to a running bridge', () => {
  let bridge: Bridge;
  let stamps: ServiceProcess;
  let letters: ServiceProcess;
  let isWriting = true;
  let writing: Promise<void> = Promise.resolve();
  const said: string[] = [];
  /** What the service that was there before has said of itself. */
  const states = new Set<unknown>();

  beforeAll(async () => {
    bridge = await openBridge(name);
    await bridge.source.query(
      `CREATE TABLE letters (id BIGINT PRIMARY KEY, batch INT NOT NULL, words VARCHAR(4000) NOT NULL);
       CREATE TABLE stamps (id BIGINT PRIMARY KEY, batch INT NOT NULL);
       INSERT INTO letters SELECT seq, 0, CONCAT('letter ', seq) FROM seq_1_to_${size};
       INSERT INTO stamps SELECT seq, 0 FROM seq_1_to_1000`,
    );
    await bridge.read.query(`CREATE DATABASE ${other}`);
    await bridge.capture(['stamps']);
    stamps = await ServiceProcess.start('project', { ...bridge.environment, PROJECTION: 'stamps' });
    await stamps.state('streaming', 120_000);
  }, 200_000);
  afterAll(async () => {
    isWriting = false;
    await writing.catch(() => {});
    for (const service of [stamps, letters]) await service?.kill();
    await bridge?.read.query(`DROP DATABASE IF EXISTS ${other}`).catch(() => {});
    await bridge?.close();
  });

  const write = async () => {
    const connection = await open({ ...(await bridge.stack.rootAccess('source-db')), database: name });
    for (let turn = 1; isWriting; turn++) {
      await connection.query(
        `START TRANSACTION; UPDATE letters SET batch = ${turn} WHERE id IN (${turn * 3}, ${size - turn * 2}); DELETE FROM letters WHERE id IN (${turn * 3 + 1}, ${size - turn * 2 + 1});
         INSERT INTO letters VALUES (${size + turn}, 0, 'new'); UPDATE stamps SET batch = ${turn} WHERE id = ${turn % 1000}; COMMIT`,
      );
      await delay(5);
    }
    await connection.end();
  };
  const watch = async () => {
    while (isWriting) {
      states.add((await stamps.get('/ready')).body.state);
      await delay(50);
    }
  };
  const historyEnd = () => bridge.topicEnd(`${name}.${name}.letters`);

  it('has its history and its stream complete, though the worker was killed, and nothing else was paused', async () => {
    const { stack } = bridge;
    writing = Promise.all([write(), watch()]).then(() => {});
    letters = await ServiceProcess.start('project', {
      ...bridge.environment,
      PROJECTION: 'letters',
      READ_DB_NAME: other,
    });
    let isApplied = false;
    const applying = applied(bridge, ['letters', 'stamps'], (text) => said.push(text)).finally(() => {
      isApplied = true;
    });
    applying.catch(() => {});
    await eventually('a part of the history is in Kafka', async () => (await historyEnd()) > size / 8, 120_000).catch(
      (error: Error) => {
        throw new Error(`${error.message}; ${said.join('\n')}`);
      },
    );
    await stack.part('connect').kill();
    expect(await historyEnd()).toBeLessThan(size);
    const part = await eventually('it has read the part', async () => {
      const { body } = await letters.get('/ready');
      return body.state !== 'starting' && String(body.reason).includes('not whole') && body;
    });
    expect(part).toMatchObject({
      state: 'filling',
      reason: expect.stringContaining(`the history of ${name}.letters is not whole in Kafka`),
    });
    await stack.part('connect').start();
    await stack.part('connect').untilReady(120_000, () => {});
    const early: unknown[] = [];
    while (!isApplied) {
      const { body } = await letters.get('/ready');
      if (body.state === 'streaming' && !isApplied && !said.some((text) => text.includes('all of it is in Kafka')))
        early.push(body);
      await delay(50);
    }
    const { whole, outcome } = await applying;
    console.info(`history: ${JSON.stringify(whole)}, ${await historyEnd()} messages; ${said.join('; ')}`);
    expect({ outcome, whole }).toEqual({
      outcome: 'changed',
      whole: [`${name}.letters`],
    });
    expect(early).toEqual([]);
    await letters.state('streaming', 120_000);
    // While it is written to.
    expect(await proved(bridge, 'letters', other)).toMatchObject({ differences: 0 });
    isWriting = false;
    await writing;
    expect(await proved(bridge, 'letters', other)).toMatchObject({ differences: 0 });
    expect(await proved(bridge, 'stamps')).toMatchObject({ differences: 0 });
    expect([...states]).toEqual(['streaming']);
    expect(await rows(bridge.read, 'SELECT epoch FROM banyan_checkpoint')).toEqual([{ epoch: '1' }]);
    const end = await historyEnd();
    expect(await applied(bridge, ['letters', 'stamps'], () => {})).toMatchObject({
      outcome: 'unchanged',
      whole: [],
      topics: [],
    });
    expect(await historyEnd()).toBe(end);
  }, 400_000);
});
