import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import { mirror } from '../projection/index.ts';
import { MemoryReadModel } from '../testkit/memory-store.ts';
import type { Held } from '../testkit/read-model.ts';
import { refusedChange, refusedCorrection } from './refused.ts';
import { Writer } from './writer.ts';

const projection = mirror({
  name: 'refused',
  tables: { days: { source: 's.days', key: ['id'], columns: { id: 'int', day: 'date' } } },
});
const [table] = projection.tables;
const fits = '2026-02-28 00:00:00';
const isCut = '2026-02-28 08:30:00';

let row = 0;
const changed = (before: Row | null, after: Row | null, source = 's.days'): ChangeEvent => ({
  operation: after === null ? 'delete' : before === null ? 'create' : 'update',
  table: source,
  before,
  after,
  source: { binlogFile: 'b', binlogPosition: 4, rowNumber: row++, timestampMs: 0 },
  transaction: null,
});
const create = (id: number, day: string) => changed(null, { id, day });

describe('a change that is refused', () => {
  const model = new MemoryReadModel(projection);
  let held: Held;
  beforeEach(async () => {
    await model.reset();
    held = (await model.takeOver())!;
  });
  const options = () => ({ ...held, projection, foreignKeys: [], filled: true });

  it('is found among others, and nothing is left of the search', async () => {
    const changes = [create(1, fits), create(2, isCut), create(3, isCut)];
    await expect(new Writer(options()).write(changes)).rejects.toMatchObject({ code: 'row-refused' });
    const found = await refusedChange(options(), changes);
    expect(found).toMatchObject({ item: changes[1], error: { code: 'row-refused' } });
    expect(await model.rows(table!)).toEqual([]);
  });

  it('is not one that a later change of its key makes good: only the last one is written', async () => {
    const changes = [create(1, isCut), changed({ id: 1, day: isCut }, { id: 1, day: fits }), create(2, isCut)];
    expect((await refusedChange(options(), changes))?.item).toBe(changes[2]);
    const gone = [create(1, isCut), changed({ id: 1, day: isCut }, null), create(2, isCut)];
    expect((await refusedChange(options(), gone))?.item).toBe(gone[2]);
  });

  it('is one without a row, also when a later change of its key has one', async () => {
    const changes = [create(1, fits), changed(null, { id: 2 }), changed(null, { id: 2, day: fits })];
    expect((await refusedChange(options(), changes))?.item).toBe(changes[1]);
  });

  it('is one of a table that is not declared', async () => {
    const changes = [create(1, fits), changed(null, { id: 1 }, 's.others')];
    expect((await refusedChange(options(), changes))?.item).toBe(changes[1]);
  });

  it('is none when each can be written, or its key is parked', async () => {
    expect(await refusedChange(options(), [create(1, fits)])).toBeNull();
    const key = {
      table: 'days',
      key: '["1"]',
      since: null,
      code: 'row-refused',
      changes: 0,
      isReleased: false,
      at: '',
    };
    expect(await refusedChange({ ...options(), parked: [key] }, [create(1, isCut)])).toBeNull();
  });

  it('may be a correction', async () => {
    const at = new Map([[0, { domain: 0, server: 1, sequence: 1n }]]);
    const one = (id: number, day: string, offset: bigint) => ({
      offset,
      correction: { kind: 'rows' as const, at, table: 's.days', rows: [{ key: { id }, row: { id, day } }] },
    });
    const due = [one(1, fits, 5n), one(2, isCut, 6n)];
    expect((await refusedCorrection(options(), due))?.item).toBe(due[1]);
    expect(await model.rows(table!)).toEqual([]);
  });
});
