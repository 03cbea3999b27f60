import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { encodeCorrection, parsePosition } from '../change-event/index.ts';
import { createQueryApi } from '../query-api/index.ts';
import { giveVerdict, type JudgedStop, parkedOf, Session, stopsOf, type Verb } from '../read-store/index.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { eventually } from '../testkit/eventually.ts';
import { KafkaWriter } from '../testkit/kafka-writer.ts';
import { mirror } from './declaration.ts';
import { Projector, type ProjectorOptions } from './projector.ts';

jest.setTimeout(90_000); // for a machine that is busy with other things

/** Narrower than the source, each in another way. MariaDB refuses the first three, the kit the last one. */
const columns = { id: 'int', v: 'varchar(5)', n: 'smallint', kind: "enum('a','b')", day: 'date' };
const good = { v: 'fits', n: 1, kind: 'a', day: '2026-02-28 00:00:00' };
const refused = {
  'a text that is too long': { v: 'too long' },
  'a number out of range': { n: 40_000 },
  'an unknown member of an ENUM': { kind: 'c' },
  'a value that would lose something in silence': { day: '2026-02-28 08:30:00' },
};

describe('a row that the read model refuses', () => {
  let captured: CapturedSource;
  let session: Session;
  let options: ProjectorOptions;
  let topic: string;
  let projector: Projector;
  let nextId = 1;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    captured = await CapturedSource.open();
    const table = "id INT PRIMARY KEY, v VARCHAR(50), n BIGINT, kind ENUM('a','b','c'), day DATETIME";
    await captured.source.query(`CREATE TABLE entries (${table}); CREATE TABLE lates (${table})`);
    await captured.source.query(
      "INSERT INTO entries SELECT seq, IF(seq IN (800, 801), 'too long', 'snap'), 1, 'a', '2026-01-01' FROM seq_700_to_900",
    );
    await captured.capture(['entries', 'lates']);
    session = await Session.open(await captured.readAccess());
    topic = `${captured.name}.${captured.name}.entries`;
    const of = (name: string) => ({ source: `${captured.name}.${name}`, key: ['id'], path: `/${name}`, columns });
    const tables = { entries: of('entries'), lates: of('lates') };
    options = { ...(await captured.projectorOptions(mirror({ name: 'entries', tables }))), maxRows: 50 };
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
    await captured[Symbol.asyncDispose]();
  });

  function run(): void {
    const running = new Projector(options);
    const abort = new AbortController();
    const done = running.run(abort.signal);
    projector = running;
    stops.push(() => {
      abort.abort();
      return done;
    });
  }
  const end = () => stops.pop()!();
  const state = (wanted: string) =>
    eventually(`it is ${wanted}`, () => {
      const facts = projector.facts();
      if (facts.state === wanted) return facts;
      throw new Error(`${facts.state}: ${facts.reason}`);
    });
  const put = (id: number, row: Record<string, unknown> = {}, table = 'entries') =>
    captured.source.query('REPLACE INTO ?? SET ?', [table, { id, ...good, ...row }]);
  const row = async (id: number, table = 'entries') =>
    (await captured.texts('read', `SELECT v, n, kind, day FROM ${table} WHERE id = ${id}`))[0] ?? null;
  const holds = (id: number, v = good.v) => eventually(`row ${id} is ${v}`, async () => (await row(id))?.v === v);
  const say = (verb: Verb, record?: JudgedStop) =>
    giveVerdict(session, 'entries', { verb, reason: `why ${verb}`, by: 'a test', ...(record && { record }) });
  const parked = async (id: number) =>
    (await parkedOf(session, 'entries')).find(({ key }) => key === JSON.stringify([String(id)]));
  /** The one that it has stopped at. */
  async function stopped(): Promise<JudgedStop> {
    const open = await eventually('it stops at a record', async () => {
      const found = (await stopsOf(session, 'entries')).filter(({ isOpen }) => isOpen);
      if (found.length > 0) return found;
      throw new Error(`${projector.facts().state}: ${projector.facts().reason}`);
    });
    await state('stopped');
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({ code: 'row-refused' });
    expect(projector.facts()).toMatchObject({ code: 'row-refused' });
    expect(projector.facts().reason).toContain(`offset ${open[0]!.offset}: `);
    expect(projector.facts().reason).toMatch(/banyan retry, skip or park$/);
    return open[0]!;
  }

  it('stops a read model that is filling at that row of the snapshot; skipped or parked, it fills', async () => {
    run();
    const first = await stopped();
    expect(first).toMatchObject({ topic, partition: 0, table: 'entries', key: '["800"]', position: null });
    await say('skip', first);
    const second = await eventually('it stops at the next one', async () => {
      const stop = await stopped();
      return stop.key === '["801"]' && stop;
    });
    expect(second.offset).toBe(first.offset + 1n);
    await say('park', second);
    await put(1);
    await holds(1);
    await state('streaming');
    const [filled] = await captured.texts('read', 'SELECT COUNT(*) AS n FROM entries WHERE id >= 700');
    expect(filled).toEqual({ n: '199' });
    expect(await parked(801)).toMatchObject({ since: null, code: 'row-refused' });
    nextId = 2;
  });

  describe.each(Object.entries(refused))('%s', (_what, bad) => {
    it('is parked with its key, and all else goes on', async () => {
      const id = nextId++;
      run();
      await put(id);
      await holds(id);
      const { position } = await state('streaming');
      await captured.source.query('START TRANSACTION');
      await put(id, bad);
      await put(700, { v: 'other' });
      await captured.source.query('COMMIT');
      const stop = await stopped();
      expect(stop).toMatchObject({ topic, table: 'entries', key: `["${id}"]`, keyProblem: null });
      expect(await row(700)).toMatchObject({ v: expect.not.stringMatching('other') }); // half a transaction is none
      await say('park', stop);
      await holds(700, 'other');
      await put(id, { v: 'later' });
      await put(id, bad);
      await put(700, { v: 'more' });
      await holds(700, 'more');
      expect(await row(id)).toMatchObject({ v: 'fits' });
      expect(await parked(id)).toMatchObject({ since: stop.position, changes: 2, code: 'row-refused' });
      expect(stop.position).not.toBeNull();
      expect(position).not.toBeNull();
      expect(await answer(id)).toMatchObject({
        status: 409,
        body: { parkedSince: stop.position, parkedFor: 'row-refused' },
      });
      expect((await answer(700)).status).toBe(200);
    });

    it('is skipped, and what comes later of its key is applied', async () => {
      const id = nextId++;
      run();
      await put(id);
      await holds(id);
      await put(id, bad);
      await say('skip', await stopped());
      await put(700, { v: 'on' });
      await holds(700, 'on');
      expect(await row(id)).toMatchObject({ v: 'fits', n: 1, kind: 'a' });
      await put(id, { v: 'later' });
      await holds(id, 'later');
      expect(await parked(id)).toBeUndefined();
    });
  });

  it('is found in a transaction that is larger than what is held of one, said while nobody runs', async () => {
    const [from, bad] = [2000, 2777];
    run();
    await state('streaming');
    const insert = `INSERT INTO entries SELECT seq, IF(seq IN (${bad}, ${bad + 100}), 'too long', 'big'), 1, 'a', NULL FROM seq_${from}_to_${from + 999}`;
    await captured.source.query(insert);
    const first = await stopped();
    expect(first.key).toBe(`["${bad}"]`);
    expect(await row(from)).toBeNull();
    await end();
    await say('skip', first);
    run();
    const second = await stopped();
    expect(second.key).toBe(`["${bad + 100}"]`);
    expect(await row(from)).toBeNull();
    await say('park', second);
    await holds(from + 999, 'big');
    const [there] = await captured.texts('read', `SELECT COUNT(*) AS n FROM entries WHERE id >= ${from}`);
    expect(there).toEqual({ n: '998' });
  });

  it('may be the first one of its table, also when the read model is filled anew', async () => {
    run();
    await state('streaming');
    await put(1, { v: 'too long' }, 'lates');
    const stop = await stopped();
    expect(stop).toMatchObject({ table: 'lates', key: '["1"]' });
    await say('skip', stop);
    await put(2, {}, 'lates');
    await eventually('the next one is there', () => row(2, 'lates'));
    await end();
    await captured.read.query("DROP TABLE entries, lates; DELETE FROM banyan_checkpoint WHERE projection = 'entries'");
    run();
    await put(700, { v: 'anew' });
    await holds(700, 'anew');
    expect(await state('streaming')).toMatchObject({ code: null });
    expect([await row(1, 'lates'), await row(800)]).toEqual([null, null]);
  });

  it('is known when the connector writes it again', async () => {
    const id = nextId++;
    run();
    await state('streaming');
    await put(id, { v: 'too long' });
    const stop = await stopped();
    await say('skip', stop);
    await put(3, {}, 'lates'); // its transaction is over, and no row behind it in its topic
    await eventually('it goes on', () => row(3, 'lates'));
    const [bytes] = await captured.texts(
      'read',
      `SELECT message_key, message_value FROM banyan_stop WHERE topic = '${topic}' AND record_offset = ${stop.offset}`,
    );
    await using writer = await KafkaWriter.open(captured.stack.kafka);
    const { message_key, message_value } = bytes as unknown as { message_key: Buffer; message_value: Buffer };
    await writer.send(topic, [{ key: message_key, value: message_value }]);
    await put(700, { v: 'after' });
    await holds(700, 'after');
    expect(await state('streaming')).toMatchObject({ code: null });
  });

  it('may come as a correction, which can be skipped', async () => {
    await captured.source.query("UPDATE entries SET v = 'at' WHERE id = 700");
    const [at] = await captured.texts('source', 'SELECT @@last_gtid AS position');
    const corrections = `${captured.name}.corrections`;
    await using transport = options.transport();
    const rows = [{ key: { id: 701 }, row: { id: 701, ...good, v: 'too long' } }];
    await transport.publish(corrections, [
      encodeCorrection({ kind: 'rows', at: parsePosition(at!.position!)!, table: `${captured.name}.entries`, rows }),
    ]);
    run();
    const stop = await stopped();
    expect(stop).toMatchObject({ topic: corrections, table: null, key: null });
    expect(await row(700)).toMatchObject({ v: 'at' });
    await say('skip', stop);
    await put(700, { v: 'on' });
    await holds(700, 'on');
    expect(await row(701)).toMatchObject({ v: 'snap' });
  });

  it('is retried when the column takes it', async () => {
    const id = nextId++;
    run();
    await state('streaming');
    await put(id, { v: 'too long' });
    await stopped();
    await say('retry');
    await eventually('it has begun anew', async () => (await unsettled()) === 0);
    await stopped();
    await captured.read.query('ALTER TABLE entries MODIFY v VARCHAR(50)');
    await say('retry');
    await holds(id, 'too long');
    await state('streaming');
    expect((await stopsOf(session, 'entries')).filter(({ isOpen }) => isOpen)).toEqual([]);
    await captured.source.query("UPDATE entries SET v = 'fits' WHERE id = ?", [id]);
    await holds(id);
    await captured.read.query('ALTER TABLE entries MODIFY v VARCHAR(5)');
  });

  async function answer(id: number) {
    const api = createQueryApi({ ...options, auth: 'off', freshWithinMs: 60_000 });
    try {
      const response = await fetch(`${await api.listen({ port: 0 })}/entries/${id}`);
      return { status: response.status, body: await response.json() };
    } finally {
      await api.close();
    }
  }
  const unsettled = async () =>
    (await captured.texts('read', 'SELECT id FROM banyan_verdict WHERE settled_at IS NULL')).length;
});
