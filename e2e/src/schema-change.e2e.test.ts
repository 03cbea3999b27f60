import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type Bridge, openBridge } from './bridge.ts';
import { one, open } from './database.ts';
import { ReadModel } from './read-model.ts';

// One table that is written to all the time, altered in one way after another, and read models beside it.
const name = 'schema';
const size = 400;
let bridge: Bridge;
let turns: ReadModel;
let labels: ReadModel;
let amounts: ReadModel;
const models: ReadModel[] = [];
let isWriting = true;
let writing: Promise<unknown> = Promise.resolve();

jest.setTimeout(600_000); // for a machine that is busy with other things

const begin = async (projection: string, database?: string) => {
  const model = await ReadModel.begin(bridge, projection, database);
  models.push(model);
  return model;
};
const sql = (statement: string) => bridge.source.query(statement);

/** Changes rows of the upper half and makes new ones, one after another; the others are touched by an ALTER alone. */
async function write(lane: number): Promise<void> {
  const connection = await open({ ...(await bridge.stack.rootAccess('source-db')), database: name });
  for (let turn = 1; isWriting; turn++) {
    const id = size / 2 + ((turn * 2 + lane) % (size / 2)) + 1;
    await connection.query('UPDATE things SET turn = ? WHERE id = ?', [turn, id]);
    if (turn % 10 === 0) await connection.query('INSERT INTO things (id) VALUES (?)', [size + turn * 2 + lane]);
    if (turn % 20 === 0) await connection.query('DELETE FROM things WHERE id = ?', [size + turn * 2 - 20 + lane]);
    await delay(4);
  }
  await connection.end();
}

/** No row differs from the source's, all that was committed until now being in. */
async function expectProved(model: ReadModel): Promise<void> {
  await model.caughtUp();
  const proof = await model.run('prove');
  expect(proof).toMatchObject({ differences: 0 });
  expect(Number(proof.rows)).toBeGreaterThanOrEqual(size);
}

/** It has stopped and names what has changed, and the one beside it goes on. */
async function expectStopped(model: ReadModel, ...named: string[]): Promise<void> {
  const ready = await model.stopped();
  expect(ready).toMatchObject({ ready: false, code: 'schema-changed' });
  for (const name of named) expect(ready.reason).toContain(name);
  await turns.caughtUp();
}

beforeAll(async () => {
  bridge = await openBridge(name);
  await sql(
    `CREATE TABLE things (id BIGINT PRIMARY KEY, turn INT NOT NULL DEFAULT 0, label VARCHAR(20), amount DECIMAL(10,2), kind ENUM('x','y'))`,
  );
  await sql(
    `INSERT INTO things SELECT seq, 0, CONCAT('Nº ', seq), seq / 8, IF(seq % 2, 'x', 'y') FROM seq_1_to_${size}`,
  );
  await bridge.capture(['things']);
  const projections = ['thing-turns', 'thing-labels', 'thing-amounts'] as const;
  [turns, labels, amounts] = (await Promise.all(projections.map((one) => begin(one)))) as [
    ReadModel,
    ReadModel,
    ReadModel,
  ];
  writing = Promise.all([write(0), write(1)]);
  writing.catch((error) => console.error(error));
});
afterAll(async () => {
  isWriting = false;
  await writing.catch(() => {});
  for (const model of models) await model.end();
  await bridge?.close();
}, 60_000);

it('columns that are added, moved, made longer, and members of an ENUM in another order flow', async () => {
  for (const model of [turns, labels, amounts]) await model.caughtUp();
  await sql('ALTER TABLE things ADD COLUMN spare INT');
  await sql("ALTER TABLE things ADD COLUMN first VARCHAR(10) NOT NULL DEFAULT 'x' FIRST");
  await sql('ALTER TABLE things MODIFY turn INT NOT NULL DEFAULT 0 AFTER amount');
  await sql('ALTER TABLE things MODIFY label VARCHAR(40)');
  await sql("ALTER TABLE things MODIFY kind ENUM('z','y','x')");
  await sql("UPDATE things SET kind = 'z', label = REPEAT('é', 40) WHERE id IN (1, 2)");
  for (const model of [turns, labels]) await expectProved(model);
});

it('a column that was added with a DEFAULT is filled by a rebuild; what no schema tells is found by proof, and repaired', async () => {
  await sql("ALTER TABLE things ADD COLUMN extra VARCHAR(10) NOT NULL DEFAULT 'new'");
  await turns.caughtUp();
  await sql('ALTER TABLE things ADD COLUMN at DATETIME DEFAULT CURRENT_TIMESTAMP');
  await turns.caughtUp();
  const extras = await begin('thing-extras');
  await extras.caughtUp();
  expect(
    await one(bridge.read, "SELECT COUNT(*) n FROM ??.things WHERE extra <> 'new' OR extra IS NULL", [extras.database]),
  ).toEqual({ n: '0' });
  const proof = await extras.run('prove');
  expect(proof.differences).toBeGreaterThanOrEqual(size / 2 - 2);
  expect(await extras.run('repair')).toMatchObject({ repaired: proof.differences });
  await expectProved(extras);
  await extras.end();
});

it('an ALTER that changes values without a word in the log is found by proof, and repaired', async () => {
  await sql('ALTER TABLE things MODIFY amount DECIMAL(9,1)'); // seq / 8, rounded
  await amounts.caughtUp();
  const proof = await amounts.run('prove');
  expect(proof.differences).toBeGreaterThan(size / 8);
  expect(await amounts.run('repair')).toMatchObject({ repaired: proof.differences });
  await expectProved(amounts);

  await sql('ALTER TABLE things MODIFY amount DECIMAL(12,4)');
  await sql('UPDATE things SET amount = 1.2345 WHERE id = 3');
  await expectStopped(
    amounts,
    `${name}.things.amount`,
    'DECIMAL(12,4)',
    'DECIMAL(9,1)',
    'banyan rebuild thing-amounts',
  );
  await amounts.end();
  const mended = await begin('thing-amounts-4');
  await expectProved(mended);
  await mended.end();
});

it('a renamed column stops the projection that names it; declared under both names it is rebuilt, nothing lost', async () => {
  await sql('ALTER TABLE things RENAME COLUMN label TO title');
  await expectStopped(labels, `${name}.things.label`, 'not declared are', 'title', "from: ['<its new name>', 'label']");
  expect(
    await one(bridge.read, 'SELECT COUNT(*) n FROM ??.things WHERE label IS NULL AND id <= ?', [labels.database, size]),
  ).toEqual({ n: '0' });
  await labels.end();
  const titles = await begin('thing-titles');
  await expectProved(titles);

  await sql('ALTER TABLE things DROP COLUMN title');
  await expectStopped(titles, `${name}.things.title`, 'not there any more');
  await titles.end();
});

it('a table that is swapped for its altered copy under writes, as gh-ost does it, goes on, and a connector that is started again too', async () => {
  await sql('CREATE TABLE _things_gho LIKE things');
  await sql(
    'ALTER TABLE _things_gho DROP COLUMN spare, ADD COLUMN swapped INT DEFAULT 7 FIRST, MODIFY turn INT NOT NULL DEFAULT 0 AFTER id',
  );
  const copied = 'id, turn, amount, kind, extra, at';
  const row = copied.replaceAll(/\w+/g, 'NEW.$&');
  for (const event of ['INSERT', 'UPDATE'])
    await sql(
      `CREATE TRIGGER copy_${event} AFTER ${event} ON things FOR EACH ROW REPLACE INTO _things_gho (${copied}) VALUES (${row})`,
    );
  await sql('CREATE TRIGGER copy_DELETE AFTER DELETE ON things FOR EACH ROW DELETE FROM _things_gho WHERE id = OLD.id');
  await sql(`INSERT IGNORE INTO _things_gho (${copied}) SELECT ${copied} FROM things LOCK IN SHARE MODE`);
  await sql('RENAME TABLE things TO _things_del, _things_gho TO things');
  await sql('DROP TABLE _things_del');
  await expectProved(turns);
  await bridge.connect.restart(name, { includeTasks: true, onlyFailed: false });
  await sql("UPDATE things SET kind = 'y', swapped = 8 WHERE id = 1");
  await expectProved(turns);

  // From the first record on, through all the shapes the table has had.
  const anew = await begin('thing-turns', `${name}_anew`);
  await expectProved(anew);
});
