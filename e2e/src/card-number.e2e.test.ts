import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { services } from '@banyan/cli';
import { decodeChunk, Schemas } from '@banyan/kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDay } from 'bank-monolith';
import { type TestingStream, testingStream } from '../../consumers/kit/src/query-api/testing-stream.ts';
import { openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { one, open, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { firstMessage, produce } from './kafka.ts';
import { cards } from './projections/cards.ts';
import { ServiceProcess } from './service-process.ts';
import { answerPlaces, formsOf, logPlaces, Traces, tablePlaces, topicPlaces } from './traces.ts';

const name = 'card_number';
const topic = `${name}.${name}.cards`;
/** The cards themselves, and each service of the checkout that reads them, whatever it is called. */
const projections = [
  cards,
  ...(await services())
    .map(({ projection }) => projection)
    .filter(({ tables }) => tables.some(({ source }) => source === 'bank.cards')),
];
/** Texts that may be known, of this run alone: what finds them would find a number. */
const [before, after] = ['BEFORE', 'AFTER'].map(
  (when) => `${when} ${randomBytes(6).toString('hex').toUpperCase()}`,
) as [string, string];

describe('card numbers', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  let stream: TestingStream;
  const projectors: ServiceProcess[] = [];
  const apis: ServiceProcess[] = [];
  /** Of cards that were there before the snapshot and of cards that came after it; of each, one is changed and one deleted. */
  let numbers: string[];

  beforeAll(async () => {
    bridge = await openBridge(name);
    bank = await openBank(bridge, 60);
    const [old, oldDeleted] = (await cardsOf('id > 0 LIMIT 2')) as [Card, Card];
    await bridge.source.query('UPDATE cards SET holder_name = ? WHERE id = ?', [before, old.id]);
    const tables = projections.flatMap((projection) =>
      projection.tables.map(({ source }) => source.slice('bank.'.length)),
    );
    await bridge.capture([...new Set(tables)]);
    for (const projection of projections) {
      const environment = { ...bridge.environment, READ_DB_NAME: databaseOf(projection), PROJECTION: projection.name };
      await bridge.read.query('CREATE DATABASE ??', [databaseOf(projection)]);
      projectors.push(await ServiceProcess.start('project', environment));
      apis.push(await ServiceProcess.start('serve', environment));
    }
    for (const projector of projectors) await projector.state('streaming');
    stream = await testingStream(`${await apis[0]!.url()}/cards/changes`);
    await stream.until(1);

    const { last } = await one<{ last: string }>(bridge.source, 'SELECT MAX(id) AS last FROM cards');
    const database = { ...(await bridge.stack.rootAccess('source-db')), name };
    await runDay({ database, rate: 160, clients: 4, seed: 3, forMs: 5000 });
    const [fresh, freshDeleted] = (await cardsOf(`id > ${last} ORDER BY id LIMIT 2`)) as [Card, Card];
    numbers = [old, oldDeleted, fresh, freshDeleted].map(({ pan }) => pan);
    for (const { id } of [old, fresh])
      await bridge.source.query("UPDATE cards SET status = 'blocked' WHERE id = ?", [id]);
    await bridge.source.query('UPDATE cards SET holder_name = ? WHERE id = ?', [after, fresh.id]);
    // By its number, so that a statement with it is in the binlog.
    for (const { pan } of [oldDeleted, freshDeleted])
      await bridge.source.query('DELETE FROM cards WHERE pan = ?', [pan]);
    const target = await bridge.sourcePosition();
    for (const projector of projectors)
      await eventually(`${target} is reached`, async () =>
        JSON.stringify((await projector.get('/ready')).body).includes(target),
      );
    await eventually('the stream has told all', () => stream.events.some(({ data }) => data.position === target));
  }, 240_000);
  afterAll(async () => {
    await stream?.[Symbol.asyncDispose]();
    for (const service of [...projectors, ...apis]) await service.kill();
    for (const projection of projections)
      await bridge.read.query('DROP DATABASE IF EXISTS ??', [databaseOf(projection)]).catch(() => {});
    await bank?.close();
    await bridge?.close();
  });

  interface Card {
    readonly id: string;
    readonly pan: string;
  }
  const databaseOf = (projection: { readonly name: string }) => `${name}_${projection.name}`;
  const cardsOf = (where: string) => rows<Card>(bridge.source, `SELECT id, pan FROM cards WHERE ${where}`);
  const serviceLog = (where: string, service: ServiceProcess) => ({
    where: `log of ${where}`,
    bytes: Buffer.from(service.log.map((line) => JSON.stringify(line)).join('\n')),
  });
  const inText = (text: string, number: string) =>
    [...formsOf(number)].filter(([, bytes]) => Buffer.from(text).includes(bytes)).map(([form]) => form);

  it('are in the bank’s database and in no topic, table, log or answer', async () => {
    expect(new Set(numbers).size).toBe(4);
    expect(numbers.every((number) => /^400000\d{10}$/.test(number))).toBe(true);
    const traces = new Traces([...numbers, before, after, cards.name, name]);
    await traces.lookIn(await topicPlaces(bridge));
    await traces.lookIn(tablePlaces(bridge.read, name));
    await traces.lookIn(logPlaces(bridge));
    for (const [index, { name: service }] of projections.entries()) {
      const [projector, api] = [projectors[index]!, apis[index]!];
      await traces.lookIn(answerPlaces(`project ${service}`, await projector.url()));
      await traces.lookIn(answerPlaces(`serve ${service}`, await api.url()));
      await traces.lookIn([serviceLog(`project ${service}`, projector), serviceLog(`serve ${service}`, api)]);
    }
    await traces.lookIn([{ where: 'stream of cards', bytes: Buffer.from(stream.text) }]);
    for (const path of [`connectors/${name}`, `connectors/${name}/status`, 'connectors?expand=info'])
      await traces.lookIn([
        {
          where: `Connect ${path}`,
          bytes: Buffer.from(await (await fetch(`${bridge.stack.connectUrl}/${path}`)).text()),
        },
      ]);

    for (const number of numbers) expect(traces.of(number)).toEqual([]);

    // It has looked where it should, and finds there what is there.
    const table = `table ${databaseOf(cards)}.cards: plain`;
    const answer = `answer serve ${cards.name} /cards: plain`;
    for (const known of [before, after])
      expect(traces.of(known)).toEqual(expect.arrayContaining([`topic ${topic}: plain`, table, answer]));
    const ofConnect = ['connect-configs', 'connect-offsets', `${name}.schema-history`, `${name}.transaction`];
    const named = ofConnect.map((one) => `topic ${one}: plain`);
    expect(traces.of(name)).toEqual(expect.arrayContaining([...named, 'log connect.log: plain']));
    expect(traces.of(cards.name)).toEqual(
      expect.arrayContaining([`log of project ${cards.name}: plain`, `log of serve ${cards.name}: plain`]),
    );
    for (const where of [
      'topic __consumer_offsets',
      'topic __transaction_state',
      'topic connect-status',
      'stream of cards',
    ])
      expect([where, traces.searched.get(where)]).toEqual([where, expect.any(Number)]);
    const total = [...traces.searched.values()].reduce((sum, count) => sum + count, 0);
    console.info(`${traces.searched.size} places, ${(total / 2 ** 20).toFixed(0)} MB`);

    // Those that were not deleted are found in the bank's own database by the same search.
    const source = await open({ ...(await bridge.stack.rootAccess('source-db')), database: name });
    const atHome = await new Traces(numbers).lookIn(tablePlaces(source, name));
    await source.end();
    expect(numbers.map((number) => atHome.of(number).includes(`table ${name}.cards: plain`))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  }, 180_000);

  it('are in no word about a record that cannot be decoded', async () => {
    const [number] = numbers as [string];
    const value = await firstMessage(bridge, topic);
    const at = (bytes: Buffer, wanted: string) => bytes.lastIndexOf(Buffer.from(wanted, 'latin1'));
    const wrong = {
      'no Avro': Buffer.from(number),
      'another row': Buffer.concat([value.subarray(0, 5), Buffer.from(`\x02${number}`)]),
      'a row that ends early': Buffer.concat([value.subarray(0, 7), Buffer.from(` ${number}`)]),
      // 'r' of a snapshot, a text of one character, is what the operation says there.
      'a row that says another operation': Buffer.concat([
        value.subarray(0, at(value, '\x02r')),
        Buffer.from(` ${number}`),
        value.subarray(at(value, '\x02r') + 2),
      ]),
    };
    const schemas = new Schemas(bridge.stack.registryUrl);
    for (const [what, bytes] of Object.entries(wrong)) {
      const message = { offset: 7n, timestampMs: 0, key: null, value: bytes };
      const chunk = { topic, partition: 0, messages: [message], nextOffset: 8n };
      const error = await decodeChunk(schemas, 'changes', chunk).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'undecodable' });
      expect([what, inText(inspect(error, { depth: 9 }), number)]).toEqual([what, []]);
    }

    await produce(bridge, topic, [wrong['a row that says another operation']]);
    const { reason, code } = await projectors[0]!.state('stopped');
    expect([code, reason]).toEqual(['undecodable', expect.stringContaining(`topic ${topic}, partition 0, offset`)]);
    const said = await new Traces([number]).lookIn([serviceLog('projector', projectors[0]!)]);
    await said.lookIn(answerPlaces('projector', await projectors[0]!.url()));
    await said.lookIn(answerPlaces('API', await apis[0]!.url()));
    expect(said.of(number)).toEqual([]);
  }, 60_000);
});
