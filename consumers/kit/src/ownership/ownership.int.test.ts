import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.ts';
import type { CarryStep } from './carry.ts';
import { TestOwner } from './testing-owner.ts';

describe('columns whose writes can move here', () => {
  let owner: TestOwner;
  beforeEach(async () => {
    owner = await TestOwner.open();
  });
  afterEach(() => owner?.[Symbol.asyncDispose]());

  const codeOf = ({ status, body }: { status: number; body: { type?: string } }) => [
    status,
    body.type?.split(':').at(-1),
  ];

  it('are the monolith’s until they are given to the service, and from then on written here alone', async () => {
    expect(await owner.standing()).toMatchObject({
      owner: 'monolith',
      epoch: 0,
      columns: ['mail', 'city', 'since'],
      waiting: 0,
    });
    expect(codeOf(await owner.patch(1, { city: 'Basel' }))).toEqual([409, 'not-the-owner']);
    expect((await owner.settle('service', 1)).body).toMatchObject({ owner: 'service', epoch: 1 });
    expect((await owner.settle('service', 1)).status).toBe(200);
    const { status, body } = await owner.patch(1, { city: 'Basel' });
    expect([status, body.data]).toEqual([200, { mail: 'a1@b', city: 'Basel', since: '2012-01-02 03:04:05.000006' }]);
    expect(body).toMatchObject({ sequence: 1, position: null });
    expect(codeOf(await owner.patch(1, { city: 'Genf' }, 2))).toEqual([409, 'not-the-owner']);
    expect(await owner.standing()).toMatchObject({ waiting: 1, carrier: { working: false } });
    expect(codeOf(await owner.settle('monolith', 1))).toEqual([409, 'epoch-passed']);
    expect((await owner.settle('nobody', 2)).status).toBe(200);
    expect(codeOf(await owner.patch(1, { city: 'Genf' }, 2))).toEqual([409, 'not-the-owner']);
    expect((await owner.settle('monolith', 2)).body).toMatchObject({ owner: 'monolith', epoch: 2 });
    expect(codeOf(await owner.settle('service', 1))).toEqual([409, 'epoch-passed']);
  });

  it.each([
    [{ mail: null }, 200, undefined],
    [{ city: 'x'.repeat(21) }, 422, 'invalid-value'],
    [{ since: 'yesterday' }, 422, 'invalid-value'],
    [{ name: 'x' }, 422, 'invalid-value'],
    [{ id: 2 }, 422, 'invalid-value'],
    [{ city: { a: 1 } }, 422, 'invalid-value'],
    [{}, 422, 'invalid-value'],
    [[1], 400, 'malformed-request'],
  ])('take %j with %i', async (values, status, code) => {
    await owner.settle('service', 1);
    expect(codeOf(await owner.patch(1, values))).toEqual([status, code]);
  });

  it('want a row that exists, an epoch, and a request of its own name for each row', async () => {
    await owner.settle('service', 1);
    expect(codeOf(await owner.patch(9, { city: 'x' }))).toEqual([404, 'key-not-found']);
    expect(codeOf(await owner.ask('PATCH', '/people/1', { city: 'x' }))).toEqual([400, 'malformed-request']);
    const named = { 'idempotency-key': 'once' };
    const first = await owner.patch(1, { city: 'x' }, 1, '', named);
    await owner.patch(1, { city: 'y' });
    expect((await owner.patch(1, { city: 'x' }, 1, '', named)).body).toEqual(first.body);
    expect((await owner.patch(1, { city: 'y' })).body.sequence).toBe(2);
    expect(codeOf(await owner.patch(2, { city: 'x' }, 1, '', named))).toEqual([422, 'invalid-value']);
  });

  it('are carried to the monolith, each change, and come back as what they are', async () => {
    await using _carrying = owner.carrying();
    await owner.settle('service', 1);
    await eventually('it carries', async () => (await owner.standing()).carrier.working);
    const { body } = await owner.patch(1, { city: 'Basel', mail: 'z@b' }, 1, '?wait-ms=5000');
    expect(body.position).toMatch(/^\d+-\d+-\d+/);
    expect(await owner.there(1)).toEqual(['z@b', 'Basel']);
    await owner.patch(1, { city: 'Genf' });
    await owner.drained();
    await owner.cameBack(1, ['a1@b', 'Bern'], ['z@b', 'Basel']);
    expect(await owner.standing()).toMatchObject({ different: 0, rogue: 0, waiting: 0 });
    await owner.cameBack(1, ['z@b', 'Basel'], ['z@b', 'Genf']);
    expect(await owner.standing()).toMatchObject({ different: 0, rogue: 0, conflicts: 0 });
    await owner.own.admin.query("UPDATE people SET city = 'genf' WHERE id = 1");
    expect(await owner.standing()).toMatchObject({ different: 1 });
  });

  const steps: readonly CarryStep[] = ['taken', 'sent', 'written', 'committed', 'carried'];
  it.each(steps)('are carried once when the one who carries is cut off after %s', async (step) => {
    const updates = 'SELECT COUNT(*) AS n FROM changes';
    await owner.monolith.admin.query('CREATE TABLE changes (id BIGINT, city VARCHAR(10))');
    await owner.monolith.admin.query(
      'CREATE TRIGGER noted AFTER UPDATE ON customers FOR EACH ROW INSERT INTO changes VALUES (NEW.id, NEW.city)',
    );
    await owner.settle('service', 1);
    for (const city of ['B', 'C', 'D']) for (const id of [1, 2]) await owner.patch(id, { city });
    let isCut = false;
    await using _carrying = owner.carrying((at) => {
      if (at !== step || isCut) return;
      isCut = true;
      throw new Error('cut off');
    });
    await owner.drained();
    expect(isCut).toBe(true);
    expect([await owner.there(1), await owner.there(2)]).toEqual([
      ['a1@b', 'D'],
      ['a2@b', 'D'],
    ]);
    expect(await owner.monolith.rows(updates)).toEqual([{ n: '6' }]);
  });

  it('are never written over what somebody else wrote: that row waits, the others go on, until somebody decides', async () => {
    await using _carrying = owner.carrying();
    await owner.settle('service', 1);
    await owner.monolith.admin.query("UPDATE customers SET city = 'Rom' WHERE id = 1");
    await owner.monolith.admin.query('DELETE FROM customers WHERE id = 2');
    for (const id of [1, 2, 3]) await owner.patch(id, { city: 'Basel' });
    await eventually('two are in conflict', async () => (await owner.standing()).conflicts === 2);
    expect(codeOf(await owner.patch(1, { city: 'Genf' }))).toEqual([409, 'in-conflict']);
    await owner.patch(3, { city: 'Genf' });
    await owner.drained();
    expect([await owner.there(1), await owner.there(3)]).toEqual([
      ['a1@b', 'Rom'],
      ['a3@b', 'Genf'],
    ]);
    const { disputes } = (await owner.ask('GET', '/owned/people/disputes')).body;
    expect(disputes).toMatchObject([
      {
        kind: 'conflict',
        key: ['1'],
        found: ['a1@b', 'Rom', expect.any(String)],
        wanted: ['a1@b', 'Basel', expect.any(String)],
      },
      { kind: 'conflict', key: ['2'], found: null, reason: 'the row is gone' },
    ]);
    const decide = (id: number, take: string) =>
      owner.ask('POST', `/owned/people/disputes/${id}`, { take, reason: 'seen' });
    expect((await decide(1, 'ours')).status).toBe(200);
    expect((await decide(2, 'ours')).status).toBe(404);
    expect((await decide(2, 'theirs')).status).toBe(200);
    await owner.drained();
    expect(await owner.there(1)).toEqual(['a1@b', 'Basel']);
    expect(await owner.standing()).toMatchObject({ conflicts: 0 });
    expect((await decide(1, 'ours')).status).toBe(404);
  });

  it('name a rogue write by row and GTID, and take theirs or write ours once more', async () => {
    await using _carrying = owner.carrying();
    await owner.cameBack(2, ['a2@b', 'Bern'], ['a2@b', 'Chur']); // The monolith's own still.
    await owner.settle('service', 1);
    await owner.monolith.admin.query("UPDATE customers SET city = 'Rom' WHERE id IN (1, 2)");
    const gtid = await owner.cameBack(1, ['a1@b', 'Bern'], ['a1@b', 'Rom']);
    await owner.cameBack(2, ['a2@b', 'Bern'], ['a2@b', 'Rom']);
    expect(await owner.standing()).toMatchObject({ rogue: 2 });
    const said = await eventually('it is said', () => owner.log.find(({ alert }) => alert === 'rogue-write'));
    expect(said).toMatchObject({ key: ['1'], gtid, columns: ['email', 'city', 'since'] });
    const decide = (id: number, take: string) =>
      owner.ask('POST', `/owned/people/disputes/${id}`, { take, reason: 'seen' });
    await decide(1, 'theirs');
    await decide(2, 'ours');
    await owner.drained();
    expect([await owner.there(1), await owner.there(2)]).toEqual([
      ['a1@b', 'Rom'],
      ['a2@b', 'Bern'],
    ]);
    await owner.cameBack(2, ['a2@b', 'Rom'], ['a2@b', 'Bern']);
    expect(await owner.standing()).toMatchObject({ rogue: 0, conflicts: 0, different: 0 });
    expect((await owner.patch(1, { city: 'Bonn' }, 1, '?wait-ms=5000')).body.position).not.toBeNull();
  });

  it('tell a rogue write from one of ours that is under way to the same row', async () => {
    await owner.settle('service', 1);
    await owner.patch(1, { city: 'Basel' });
    let isSent = false;
    await using _carrying = owner.carrying((step) => {
      if (step !== 'sent') return;
      isSent = true;
      throw new Error('cut off');
    });
    await eventually('it is sent', () => isSent);
    await owner.cameBack(1, ['a1@b', 'Bern'], ['a1@b', 'Rom']);
    expect(await owner.standing()).toMatchObject({ rogue: 1 });
    await owner.cameBack(1, ['a1@b', 'Bern'], ['a1@b', 'Basel']);
    expect(await owner.standing()).toMatchObject({ rogue: 1 });
    await owner.cameBack(1, ['a1@b', 'Basel'], null);
    expect(await owner.standing()).toMatchObject({ rogue: 2 });
  });

  it('are forgotten here when they were the monolith’s meanwhile', async () => {
    await using _carrying = owner.carrying();
    await owner.settle('service', 1);
    await owner.patch(1, { city: 'Basel' }, 1, '?wait-ms=5000');
    await owner.cameBack(1, ['a1@b', 'Bern'], ['a1@b', 'Basel']);
    await owner.cameBack(2, ['a2@b', 'Bern'], ['a2@b', 'Rom']);
    await owner.settle('nobody', 2);
    expect(await owner.standing()).toMatchObject({ rogue: 1 });
    await owner.settle('monolith', 2);
    await owner.monolith.admin.query("UPDATE customers SET city = 'Rom' WHERE id = 1");
    await owner.cameBack(1, ['a1@b', 'Basel'], ['a1@b', 'Rom']);
    expect(await owner.standing()).toMatchObject({ rogue: 0 });
    await owner.settle('service', 3);
    const { body } = await owner.patch(1, { mail: 'n@b' }, 3, '?wait-ms=5000');
    expect(body.data).toMatchObject({ mail: 'n@b', city: 'Rom' });
    expect(await owner.there(1)).toEqual(['n@b', 'Rom']);
  });
});
