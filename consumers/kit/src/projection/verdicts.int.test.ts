import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { prove, repair } from '../proof/index.ts';
import {
  differencesOf,
  giveVerdict,
  type JudgedStop,
  parkedOf,
  Session,
  stopsOf,
  type Verb,
} from '../read-store/index.ts';
import { Schemas } from '../serde/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { KafkaWriter, type Sent } from '../testkit/kafka-writer.ts';
import { mirror } from './declaration.ts';
import { Projector, type ProjectorOptions } from './projector.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

describe('a record that stops a projector', () => {
  let captured: CapturedSource;
  let writer: KafkaWriter;
  let session: Session;
  let options: ProjectorOptions;
  let topic: string;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    captured = await CapturedSource.open();
    await captured.source.query('CREATE TABLE entries (id INT PRIMARY KEY, v VARCHAR(20))');
    await captured.source.query("INSERT INTO entries VALUES (1, 'one'), (2, 'two'), (3, 'three')");
    await captured.capture(['entries']);
    writer = await KafkaWriter.open(captured.stack.kafka);
    session = await Session.open(await captured.readAccess());
    topic = `${captured.name}.${captured.name}.entries`;
    const columns = { id: 'int', v: 'varchar(20)' };
    const entries = { source: `${captured.name}.entries`, key: ['id'], columns };
    options = await captured.projectorOptions(mirror({ name: 'entries', tables: { entries } }));
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
    await writer[Symbol.asyncDispose]();
    await captured[Symbol.asyncDispose]();
  });

  function running(): Projector {
    const projector = new Projector(options);
    const abort = new AbortController();
    const done = projector.run(abort.signal);
    stops.push(() => {
      abort.abort();
      return done;
    });
    return projector;
  }
  const state = (projector: Projector, wanted: string) =>
    eventually(`it is ${wanted}`, () => {
      const facts = projector.facts();
      if (facts.state === wanted) return facts;
      throw new Error(`${facts.state}: ${facts.reason}`);
    });
  const write = (id: number, v: string) => captured.source.query('REPLACE INTO entries VALUES (?, ?)', [id, v]);
  const values = async () =>
    Object.fromEntries((await captured.texts('read', 'SELECT id, v FROM entries')).map(({ id, v }) => [id, v]));
  const holds = (id: number, v: string) =>
    eventually(`row ${id} is ${v}`, async () => (await values())[String(id)] === v);
  const say = (verb: Verb, stop?: JudgedStop) =>
    giveVerdict(session, 'entries', { verb, reason: `why ${verb}`, by: 'a test', ...(stop && { record: stop }) });
  const unpark = (key: string) =>
    giveVerdict(session, 'entries', { verb: 'unpark', row: { table: 'entries', key }, reason: '', by: 'a test' });
  const parked = () => parkedOf(session, 'entries');

  async function healed() {
    await using transport = options.transport();
    return await repair({
      ...{ ...options, source: options.source!, transport, schemas: new Schemas(options.registryUrl) },
    });
  }

  /** The key of a row's messages, as the connector wrote it. */
  async function keyOf(index: number): Promise<Buffer> {
    await using transport = options.transport();
    const reader = await transport.read([{ topic, partition: 0, offset: 0n }]);
    const [chunk] = await eventually('the snapshot is in Kafka', async () => {
      const chunks = await reader.next(1000);
      return chunks.length > 0 && chunks;
    });
    await reader.close();
    return Buffer.from(chunk!.messages[index]!.key!);
  }
  /** Writes it where the connector writes, and waits until a projector has stopped there. */
  async function poisoned(projector: Projector, sent: Sent): Promise<JudgedStop> {
    await writer.send(topic, [sent]);
    await eventually('it stops there', async () => (await stopsOf(session, 'entries')).some(({ verdict }) => !verdict));
    await state(projector, 'stopped');
    const open = (await stopsOf(session, 'entries')).filter(({ verdict }) => !verdict);
    expect(open).toHaveLength(1);
    return open[0]!;
  }

  it('is written down with its bytes; retry begins anew, and skip leaves out it and nothing else', async () => {
    const projector = running();
    await write(4, 'four');
    await holds(4, 'four');
    await state(projector, 'streaming');
    const stop = await poisoned(projector, { key: null, value: 'no Avro' });
    expect(stop).toMatchObject({ topic, partition: 0, code: 'undecodable', table: 'entries', key: null });
    const { position } = projector.facts(); // Commits of other tests move it.
    expect(stop.position).toBe(position);
    expect(stop.keyProblem).toBe('the message has no key');
    expect(JSON.stringify(await stopsOf(session, 'entries'), texts)).not.toMatch(/no Avro|bm8gQXZybw/);
    expect(await captured.texts('read', 'SELECT message_key, message_value FROM banyan_stop')).toEqual([
      { message_key: null, message_value: Buffer.from('no Avro') },
    ]);

    await write(5, 'five');
    await say('retry');
    await eventually('it has begun anew', async () => (await unsettled()) === 0);
    expect((await state(projector, 'stopped')).reason).toContain(`offset ${stop.offset}`);
    expect(Object.keys(await values())).not.toContain('5');
    await say('park', stop); // without a key it says nothing
    await eventually('it has begun anew', async () => (await unsettled()) === 0);
    await state(projector, 'stopped');
    expect(await parked()).toEqual([]);

    await say('skip', stop);
    await holds(5, 'five');
    expect(await state(projector, 'streaming')).toMatchObject({ parkedKeys: 0 });
    const [judged] = await stopsOf(session, 'entries');
    expect(judged!.verdict).toMatchObject({ verb: 'skip', reason: 'why skip', by: 'a test' });
  });

  it('is left out at every later reading, also when the read model is filled anew', async () => {
    await captured.read.query("DROP TABLE entries; DELETE FROM banyan_checkpoint WHERE projection = 'entries'");
    const projector = running();
    await write(6, 'six');
    await holds(6, 'six');
    await state(projector, 'streaming');
    expect(Object.keys(await values())).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('is another one when another message is at its place', async () => {
    await captured.read.query("DROP TABLE entries; DELETE FROM banyan_checkpoint WHERE projection = 'entries'");
    await captured.read.query('UPDATE banyan_stop SET crc32 = crc32 ^ 1; UPDATE banyan_verdict SET crc32 = crc32 ^ 1');
    await state(running(), 'stopped');
    await stops.pop()!();
    const projector = running(); // what is there now is written down, and nothing was said about it
    await state(projector, 'stopped');
    const [stop] = await stopsOf(session, 'entries');
    expect(stop).toMatchObject({ verdict: null });
    await say('skip', stop);
    await holds(6, 'six');
  });

  it('parks its key: its changes are left out and counted, those of others in the same transaction are not', async () => {
    const projector = running();
    await state(projector, 'streaming');
    await holds(6, 'six');
    const stop = await poisoned(projector, { key: await keyOf(1), value: 'no Avro' });
    expect(stop).toMatchObject({ key: '["2"]', keyProblem: null });
    await say('park', stop);
    expect(await state(projector, 'streaming')).toMatchObject({ code: null });
    await captured.source.query("UPDATE entries SET v = 'later'");
    await holds(1, 'later');
    expect(await values()).toMatchObject({ 2: 'two', 3: 'later' });
    expect(await parked()).toMatchObject([
      { table: 'entries', key: '["2"]', since: stop.position, code: 'undecodable', changes: 1, isReleased: false },
    ]);
    await eventually('it says how many', () => projector.facts().parkedKeys === 1);

    // Also after a start, and a deleted row is left out as well.
    await stops.pop()!();
    running();
    await captured.source.query('DELETE FROM entries WHERE id IN (2, 3)');
    await write(3, 'again');
    await holds(3, 'again');
    expect(await values()).toMatchObject({ 2: 'two' });
    expect(await parked()).toMatchObject([{ changes: 2 }]);
  });

  it('is told by proof, and left as it is by repair', async () => {
    const projector = running();
    await state(projector, 'streaming');
    const proof = await prove({ ...options, source: options.source! });
    expect(proof.tables).toMatchObject([{ table: 'entries', differences: 1, parked: 1 }]);
    expect(await healed()).toMatchObject({ repaired: 0, parked: 1 });
    expect(await values()).toMatchObject({ 2: 'two' });
    expect(await differencesOf(session, 'entries')).toHaveLength(1);
  });

  it('is released by unpark, and true again with its repair', async () => {
    const projector = running();
    await unpark('["2"]');
    await eventually('it is released', async () => (await parked())[0]?.isReleased);
    const differences = await differencesOf(session, 'entries');
    expect(differences).toMatchObject([{ table: 'entries', key: '["2"]', kind: 'different' }]);
    await state(projector, 'streaming');
    expect(await values()).toMatchObject({ 2: 'two' }); // as it was, so it is not true yet
    expect(await parked()).toHaveLength(1);
    expect(await healed()).toMatchObject({ repaired: 1, parked: 0 });
    await eventually('it is repaired', async () => (await parked()).length === 0);
    expect(Object.keys(await values())).not.toContain('2');
  });

  it('is true again with the next change of its key, too', async () => {
    const projector = running();
    await write(2, 'new');
    await holds(2, 'new');
    const stop = await poisoned(projector, { key: await keyOf(1), value: 'no Avro either' });
    await say('park', stop);
    await write(2, 'left out');
    await eventually('it is left out', async () => (await parked())[0]?.changes === 1);
    await unpark('["2"]');
    await eventually('it is released', async () => (await parked())[0]?.isReleased);
    await write(2, 'newer');
    await holds(2, 'newer');
    expect(await parked()).toEqual([]);
  });

  const unsettled = async () =>
    (await captured.texts('read', 'SELECT id FROM banyan_verdict WHERE settled_at IS NULL')).length;
});

const texts = (_name: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
