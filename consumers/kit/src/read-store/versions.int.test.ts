import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { Lease } from './lease.ts';
import { parkedOf, settleVerdicts } from './parked.ts';
import { Session } from './session.ts';
import { giveVerdict, leftOut, noteStop } from './stops.ts';
import { ensureTables } from './tables.ts';
import { copyVerdicts, switchVersions, versionIn } from './versions.ts';

const projection = (columns: Record<string, string>) =>
  mirror({ name: 'accounts', tables: { accounts: { source: 'bank.accounts', key: ['id'], columns } } });
const [before, after] = [projection({ id: 'int' }), projection({ id: 'int', iban: 'char(2)' })];

describe('switchVersions', () => {
  let live: ReadDatabase;
  let next: ReadDatabase;
  let old: ReadDatabase;
  const all = () => ({ live: live.access.database, next: next.access.database, old: old.access.database });

  beforeEach(async () => {
    [live, next, old] = await Promise.all([ReadDatabase.open(), ReadDatabase.open(), ReadDatabase.open()]);
    for (const [database, one] of [
      [live, before],
      [next, after],
    ] as const)
      await ensureTables(await database.session(), one);
    await live.admin.query('INSERT INTO accounts VALUES (1)');
    await next.admin.query("INSERT INTO accounts VALUES (1, 'DE')");
    await next.admin.query("UPDATE banyan_checkpoint SET position = '0-1-7'");
  });
  afterEach(async () => {
    for (const database of [live, next, old]) await database[Symbol.asyncDispose]();
  });

  const columns = async (database: ReadDatabase) =>
    (await database.rows<{ Field: string }>('SHOW COLUMNS FROM accounts')).map(({ Field }) => Field);

  it('puts the one in the other’s place, for readers without a gap, and back', async () => {
    let reads = 0;
    let stop = false;
    const seen = new Set<string>();
    const reading = (async () => {
      const session = await Session.open(live.access);
      for (; !stop; reads++) seen.add(JSON.stringify(await session.rows('SELECT * FROM accounts')));
      await session[Symbol.asyncDispose]();
    })();
    await switchVersions(live.access, all());
    expect(await columns(live)).toEqual(['id', 'iban']);
    expect(await columns(old)).toEqual(['id']);
    expect(await versionIn(live.access, all().live)).toMatchObject({ position: '0-1-7' });
    expect(await versionIn(live.access, all().next)).toBeNull();
    const { old: kept, next: free, ...rest } = all();
    await switchVersions(live.access, { ...rest, next: kept, old: free });
    expect(await columns(live)).toEqual(['id']);
    stop = true;
    await reading; // no read has failed
    expect([...seen].sort()).toEqual(['[{"id":1,"iban":"DE"}]', '[{"id":1}]'].filter((one) => seen.has(one)));
    expect(reads).toBeGreaterThan(0);
  });

  it.each([
    [false, [{ key: '["1"]' }]],
    [true, [{ key: '["1"]' }, { key: '["2"]' }]],
  ])(
    'leaves the same records out, and may park no key of a row that another declaration may take: %s',
    async (parkRefused, parked) => {
      const session = await live.session();
      const bytes = { keyBytes: null, valueBytes: null, crc32: 7 };
      const of = {
        topic: 't',
        partition: 0,
        message: '',
        table: 'accounts',
        keyProblem: null,
        position: null,
        ...bytes,
      };
      for (const [offset, code] of [
        [1n, 'undecodable'],
        [2n, 'row-refused'],
      ] as const) {
        await noteStop(session, 'accounts', { ...of, offset, code, key: `["${offset}"]` });
        const record = { topic: 't', partition: 0, offset };
        await giveVerdict(session, 'accounts', { verb: 'park', record, reason: '', by: 'a test' });
      }
      await settleVerdicts(session, 'accounts', null);
      expect(await parkedOf(session, 'accounts')).toHaveLength(2);

      await copyVerdicts(live.access, all().live, all().old, { parkRefused });
      const other = await old.session();
      await ensureTables(other, after);
      await settleVerdicts(other, 'accounts', null);
      expect(await leftOut(other, 'accounts')).toMatchObject([
        { offset: 1n, isChange: false },
        { offset: 2n, isChange: true },
      ]);
      expect(await parkedOf(other, 'accounts')).toMatchObject(parked);
    },
  );

  it('ends the lease of a projector that was not stopped', async () => {
    const session = await live.session();
    const lease = await Lease.take(session, 'accounts', 'not stopped', 60_000);
    await switchVersions(live.access, all());
    const standing = { state: 'streaming', reason: null, freshAtMs: null } as const;
    await expect(lease!.renew(session, 60_000, standing)).rejects.toMatchObject({ code: 'lease-lost' });
    expect(await Lease.take(session, 'accounts', 'the next one', 60_000)).not.toBeNull();
  });

  it('refuses what it would lose, and changes nothing then', async () => {
    await old.admin.query('CREATE TABLE accounts (id INT)');
    await expect(switchVersions(live.access, all())).rejects.toThrow('still holds the version before');
    await old.admin.query('DROP TABLE accounts');
    await expect(
      switchVersions(live.access, { ...all(), next: old.access.database, old: next.access.database }),
    ).rejects.toMatchObject({ code: 'version-missing' });
    await live.admin.query(
      "INSERT INTO banyan_checkpoint (projection, declaration, partitions) VALUES ('other', 'x', '{}')",
    );
    await expect(switchVersions(live.access, all())).rejects.toThrow('holds 2 read models');
    expect(await columns(live)).toEqual(['id']);
  });
});
