import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { eventually } from '../testkit/eventually.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { Lease } from './lease.ts';
import type { Session } from './session.ts';
import { ensureTables } from './tables.ts';

const name = 'leased';
const projection = mirror({ name, tables: { t: { source: 's.t', key: ['id'], columns: { id: 'int' } } } });
const well = { state: 'streaming', reason: null, freshAtMs: null } as const;

jest.setTimeout(30_000); // for a machine that is busy with other things

describe('Lease', () => {
  let database: ReadDatabase;
  let one: Session;
  let two: Session;
  beforeAll(async () => {
    database = await ReadDatabase.open();
    [one, two] = [await database.session(), await database.session()];
    await ensureTables(one, projection);
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(() =>
    database.admin.query("UPDATE banyan_checkpoint SET lease_until = '1970-01-01', owner = '', fresh_at_ms = NULL"),
  );
  const expire = () =>
    database.admin.query('UPDATE banyan_checkpoint SET lease_until = NOW(6) - INTERVAL 1 MICROSECOND');
  const row = async () =>
    (
      await database.rows<Record<string, unknown>>(
        'SELECT epoch, owner, state, reason, fresh_at_ms, lease_until > NOW(6) AS is_held FROM banyan_checkpoint',
      )
    )[0]!;

  it('goes to exactly one of two who ask at once, 50 times', async () => {
    for (let round = 0; round < 50; round++) {
      await expire();
      const before = BigInt((await row()).epoch as string);
      const leases = await Promise.all([
        Lease.take(one, name, `one-${round}`, 60_000),
        Lease.take(two, name, `two-${round}`, 60_000),
      ]);
      const winners = leases.filter((lease) => lease !== null);
      expect(winners).toHaveLength(1);
      expect(winners[0]!.epoch).toBe(before + 1n);
      expect(await row()).toMatchObject({ owner: `${leases[0] ? 'one' : 'two'}-${round}`, epoch: String(before + 1n) });
    }
  });

  it('is held for its time by the database’s clock, and free the moment it has run out', async () => {
    const lease = await Lease.take(one, name, 'one', 60_000);
    expect(await Lease.take(two, name, 'two', 60_000)).toBeNull();
    expect((await row()).is_held).toBe(1);
    expect(
      await database.rows('SELECT lease_until <= NOW(6) + INTERVAL 60 SECOND AS is_in_time FROM banyan_checkpoint'),
    ).toEqual([{ is_in_time: 1 }]);
    await expire();
    expect(await Lease.take(two, name, 'two', 60_000)).toMatchObject({ epoch: lease!.epoch + 1n });
    const short = await Lease.take(two, name, 'two', 1);
    await eventually('a lease of 1 ms runs out', () => Lease.take(one, name, 'one', 60_000));
    await expect(short!.renew(two, 1000, well)).rejects.toMatchObject({ code: 'lease-lost' });
  });

  it('is its owner’s to take again, in a new epoch that ends the old one', async () => {
    const first = await Lease.take(one, name, 'one', 60_000);
    const second = await Lease.take(two, name, 'one', 60_000);
    expect(second!.epoch).toBe(first!.epoch + 1n);
    await expect(first!.renew(one, 60_000, well)).rejects.toMatchObject({ code: 'lease-lost', retriable: true });
    await second!.renew(two, 60_000, well);
  });

  it('can be renewed late, as long as nobody has taken it', async () => {
    const lease = await Lease.take(one, name, 'one', 60_000);
    await expire();
    await lease!.renew(one, 60_000, { state: 'waiting', reason: 'why', freshAtMs: 1000 });
    expect(await row()).toMatchObject({ is_held: 1, state: 'waiting', reason: 'why', fresh_at_ms: '1000' });
    expect(await Lease.take(two, name, 'two', 60_000)).toBeNull();
    await lease!.renew(one, 60_000, { state: 'streaming', reason: null, freshAtMs: 999 });
    expect(await row()).toMatchObject({ state: 'streaming', reason: null, fresh_at_ms: '1000' });
  });

  it('changes nothing once it is lost, and does not let anybody else in', async () => {
    const lost = await Lease.take(one, name, 'one', 60_000);
    await expire();
    const held = await Lease.take(two, name, 'two', 60_000);
    const before = await row();
    await expect(lost!.renew(one, 60_000, { ...well, state: 'stopped' })).rejects.toThrow(
      `epoch ${lost!.epoch} is over`,
    );
    await lost!.release(one);
    expect(await row()).toEqual(before);
    await held!.renew(two, 60_000, well);
  });

  it('lets a standby in at once when it is given back', async () => {
    const lease = await Lease.take(one, name, 'one', 60_000);
    await lease!.release(one);
    await eventually('the next one gets it', () => Lease.take(two, name, 'two', 60_000));
  });

  it('of a projection that has no tables yet is nobody’s', async () => {
    expect(await Lease.take(one, 'unknown', 'one', 60_000)).toBeNull();
  });
});
