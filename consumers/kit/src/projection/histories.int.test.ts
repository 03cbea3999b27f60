import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeHistory } from '../change-event/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { kafkaJsTransport } from '../transport/index.ts';
import { mirror } from './declaration.ts';
import { Projector } from './projector.ts';

let captured: CapturedSource;
beforeAll(async () => {
  captured = await CapturedSource.open();
  await captured.source.query('CREATE TABLE entries (id INT PRIMARY KEY); CREATE TABLE others (id INT PRIMARY KEY)');
  await captured.source.query('INSERT INTO entries SELECT seq FROM seq_1_to_30; INSERT INTO others VALUES (1)');
  await captured.capture(['entries', 'others']);
}, 120_000);
afterAll(() => captured[Symbol.asyncDispose](), 60_000);

const tell = async (state: 'begun' | 'whole') => {
  await using transport = kafkaJsTransport({ brokers: [captured.stack.kafka], clientId: 'kit-test' });
  const history = { table: `${captured.name}.entries`, state, isStopped: false, notifiedFrom: 0n } as const;
  await transport.publish(`${captured.name}.histories`, [encodeHistory(history)]);
};
const over = (table: string) =>
  mirror({
    name: table,
    tables: { [table]: { source: `${captured.name}.${table}`, key: ['id'], columns: { id: 'int' } } },
  });

it('a read model over a table that was added is filled when its history is whole, and others notice nothing', async () => {
  await tell('begun');
  await captured.mark();
  await using database = await ReadDatabase.open();
  const projector = new Projector({ ...(await captured.projectorOptions(over('entries'))), database: database.access });
  const stop = new AbortController();
  const running = projector.run(stop.signal);
  try {
    await captured.catchUp(over('others'));
    await eventually('all that is there is in', () => projector.facts().rowsApplied >= 30);
    const reason = `the history of ${captured.name}.entries is not whole in Kafka`;
    await eventually('it says for what it waits', () => projector.facts().reason?.startsWith(reason));
    expect(projector.facts()).toMatchObject({ state: 'filling', position: null });
    await tell('whole');
    await eventually('the position that the source had then is there', async () => {
      await captured.mark();
      return projector.facts().state === 'streaming';
    });
  } finally {
    stop.abort();
    await running;
  }
  expect(await database.rows('SELECT id FROM entries')).toHaveLength(30);
}, 120_000);
