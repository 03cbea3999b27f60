import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContactMigration } from './contact-migration.ts';
import { ContactWriters, unaccounted } from './contact-writers.ts';
import { one } from './database.ts';
import { eventually } from './eventually.ts';
import { rawAnswer } from './raw-answer.ts';

describe('a write that moves from the bank to a service, and back', () => {
  let migration: ContactMigration;
  beforeAll(async () => {
    migration = await ContactMigration.open('contacts');
  }, 180_000);
  afterAll(() => migration?.close(), 60_000);

  const put = async (customer: number | string, body: unknown, url?: string) => {
    const answer = await fetch(`${url ?? (await migration.url())}/customers/${customer}/contact`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: answer.status,
      by: answer.headers.has('banyan-route') ? 'service' : 'bank',
      retryAfter: answer.headers.get('retry-after'),
      readAfter: answer.headers.get('banyan-read-after'),
      text: await answer.text(),
    };
  };
  const there = (customer: number) =>
    one<{ email: string; city: string }>(
      migration.bridge.source,
      `SELECT email, city FROM customers WHERE id = ${customer}`,
    );
  const quiet = async () => {
    await eventually('all has come back', async () => {
      const { waiting, conflicts, rogue, different } = await migration.owned();
      const [left] = await Promise.all([
        one<{ n: string }>(
          migration.bridge.read,
          "SELECT COUNT(*) AS n FROM banyan_writes WHERE state = 'carried' AND echo IS NULL",
        ),
      ]);
      return waiting + conflicts + rogue + different + Number(left.n) === 0;
    });
  };

  it('goes there and back twice under writes: none is lost, none doubled, each has one owner', async () => {
    await using writers = new ContactWriters(migration);
    for (const to of ['service', 'monolith', 'service', 'monolith', 'service'] as const) {
      await eventually('clients write', () => writers.wrote.length > 30);
      await delay(300);
      await migration.move(to);
    }
    await delay(300);
    const wrote = await writers.stop();
    await quiet();
    expect(await unaccounted(migration, wrote)).toEqual([]);
    expect(wrote.filter(({ status }) => status !== 200)).toEqual([]);
    expect(new Set(wrote.map(({ by }) => by))).toEqual(new Set(['service', 'bank']));
    const { body } = await migration.admin('/routes/contact/changes');
    expect(body.changes[0]).toMatchObject({
      who: 'service:operator',
      to: { stage: 'service' },
      write: { holdMs: expect.any(Number) },
    });
    await migration.bridge.caughtUp();
    await migration.prove();
  }, 180_000);

  it('is answered in the bank’s own words, and its client reads it from the bank at once', async () => {
    await migration.move('service');
    const contact = { email: 'zoë@example.org', city: 'Zürich 🌻' };
    const first = await put(7, contact);
    expect([first.status, first.by, JSON.parse(first.text)]).toEqual([200, 'service', { customerId: 7, ...contact }]);
    expect(await there(7)).toEqual(contact);
    expect(first.readAfter).not.toBeNull();
    const bodies = [
      [],
      {},
      { email: 'a@b' },
      { email: 'x', city: 'y' },
      { email: 'a@b', city: ' y' },
      { email: 'a@b', city: 'y', z: 1 },
    ];
    for (const body of bodies) {
      const [here, bank] = [await put(7, body), await put(7, body, migration.bank.url)];
      expect([body, here.status, here.text]).toEqual([body, bank.status, bank.text]);
    }
    expect(await put(999_999, contact)).toMatchObject({
      status: 404,
      text: (await put(999_999, contact, migration.bank.url)).text,
    });
    const rogue = JSON.stringify({ email: 'r@b', city: 'rogue' });
    for (const path of [
      '/customers/7/contact/',
      '/customers/%37/contact',
      '/x/../customers/7/contact',
      '//customers/7/contact',
      '/CUSTOMERS/7/contact',
    ]) {
      const head = `PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${rogue.length}\r\nConnection: close\r\n\r\n`;
      expect([path, await rawAnswer(await migration.url(), `${head}${rogue}`)]).toEqual([
        path,
        expect.stringMatching(/^HTTP\/1.1 (400 .*unusual-write|200 .*banyan-route: contact)/s),
      ]);
    }
    await quiet(); // None of it is a rogue write.
  }, 60_000);

  it('never falls back: without its service it says 503 and when to come again, and goes on with it', async () => {
    await migration.move('service');
    await migration.api.kill();
    expect(await put(8, { email: 'a@b', city: 'Basel' })).toMatchObject({ status: 503, retryAfter: '1' });
    expect(await there(8)).not.toMatchObject({ city: 'Basel' });
    await migration.startApi();
    await eventually('it is answered', async () => (await put(8, { email: 'a@b', city: 'Basel' })).status === 200);
    // What is written while nobody carries waits, and goes when somebody does.
    await migration.projector.kill();
    expect(await put(8, { email: 'a@b', city: 'Genf' })).toMatchObject({ status: 200 });
    expect(await there(8)).toMatchObject({ city: 'Basel' });
    const refused = await migration.admin('/routes/contact', { to: 'monolith', reason: 'too early' });
    expect(refused.status).toBe(409);
    await migration.startProjector();
    await eventually('it is there', async () => (await there(8)).city === 'Genf');
  }, 90_000);

  it('names a batch that writes an owned column in the bank, by row and GTID, and settles it', async () => {
    await migration.move('service');
    await put(9, { email: 'ours@example.org', city: 'Bern' });
    await quiet();
    await migration.bridge.source.query('UPDATE customers SET city = UPPER(city) WHERE id BETWEEN 9 AND 10');
    const gtid = await migration.bridge.sourcePosition();
    const disputes = await eventually('they are named', async () => {
      const all = await migration.disputes();
      return all.length === 2 && all;
    });
    expect(disputes).toMatchObject([
      { kind: 'rogue-write', key: ['9'], gtid, was: ['ours@example.org', 'Bern'], found: ['ours@example.org', 'BERN'] },
      { kind: 'rogue-write', key: ['10'], gtid },
    ]);
    await eventually('an operator is told', () =>
      migration.projector.log.some(({ alert, key }) => alert === 'rogue-write' && JSON.stringify(key) === '["9"]'),
    );
    // The next write of the row finds it changed, and does not write over it.
    expect((await put(9, { email: 'ours@example.org', city: 'Thun' })).status).toBe(200);
    await eventually('it is in conflict', async () => (await migration.owned()).conflicts === 1);
    expect(await put(9, { email: 'ours@example.org', city: 'Chur' })).toMatchObject({ status: 503, retryAfter: '1' });
    await expect(migration.prove()).rejects.toThrow('different'); // The mirror is what the bank has; the pair is not.
    expect((await migration.decide('9', 'ours')).status).toBe(200);
    expect((await migration.decide('10', 'theirs')).status).toBe(200);
    await eventually('ours is there', async () => (await there(9)).city === 'Thun');
    await quiet();
    await migration.bridge.caughtUp();
    await migration.prove();
  }, 90_000);
});
