import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Correction, Row } from '../change-event/index.ts';
import type { MergeRecord } from '../merge/index.ts';
import type { RowSchema, Schemas } from '../serde/index.ts';
import { rowSchemaOf } from '../serde/row-schema.ts';
import type { Chunk } from '../transport/index.ts';
import { mirror } from './declaration.ts';
import { TableShapes } from './table-shapes.ts';

/** Schemas of one table by id, in the order in which they were new. `b` is the column of interest. */
const shapes = {
  without: { id: 'int', a: 'int' },
  asInt: { id: 'int', a: 'int', b: 'int' },
  asLong: { id: 'int', b: 'long', a: 'int' },
  asText: { id: 'int', b: 'string' },
  renamed: { id: 'int', c: 'int' },
} as const;
type Shape = keyof typeof shapes;

const schemaOf = (shape: Shape): RowSchema => {
  const fields = Object.entries(shapes[shape]).map(([name, type]) =>
    name === 'b' ? { name, type: [type, 'null'], default: type === 'string' ? 'old' : 5 } : { name, type },
  );
  return rowSchemaOf({ name: 'Envelope', fields: [{ name: 'before', type: ['null', { type: 'record', fields }] }] })!;
};

/** A log whose records have these shapes, one after the other. */
function log(order: readonly Shape[]) {
  const versions = [...new Set(order)];
  const schemas = {
    rowSchema: async (id: number) => schemaOf(versions[id - 1]!),
    versionsOf: async () => versions.map((_, index) => index + 1),
  } as unknown as Schemas;
  const messages = order.map((shape, index) => {
    const value = Buffer.from([0, 0, 0, 0, versions.indexOf(shape) + 1]);
    return { offset: BigInt(index), timestampMs: 0, key: null, value };
  });
  return { schemas, messages };
}
const chunk = (messages: Chunk['messages']): Chunk => ({ topic: 'p.d.t', partition: 0, messages, nextOffset: 99n });
const declared = (b: string, from: [string, ...string[]] = ['b']) =>
  mirror({
    name: 'm',
    tables: { t: { source: 'd.t', key: ['id'], columns: { id: 'int', b: { type: b, from } } } },
  });

/** How many records are admitted before one stops it, beginning anew (as after a kill) at each of these offsets. */
async function admitted(order: readonly Shape[], type: string, restarts: readonly number[] = []): Promise<number> {
  const { schemas, messages } = log(order);
  let seen = new TableShapes(declared(type), schemas);
  for (const [index, message] of messages.entries()) {
    if (restarts.includes(index)) {
      seen = new TableShapes(declared(type), schemas);
      if (index > 0) await seen.recall('d.t', chunk([messages[index - 1]!]));
    }
    try {
      await seen.admit('d.t', chunk([message]));
    } catch (error) {
      expect(error).toMatchObject({ code: 'schema-changed' });
      return index;
    }
  }
  return order.length;
}

it.each<[Shape[], string, number]>([
  [['without', 'asInt', 'asInt'], 'int', 3],
  [['without', 'asInt', 'without', 'asInt'], 'int', 2],
  [['asInt', 'without'], 'int', 1],
  [['without', 'without'], 'int', 0],
  [['asInt', 'asLong'], 'int', 1],
  [['asInt', 'asLong', 'asInt'], 'bigint', 3],
  [['asLong', 'asLong'], 'int', 2],
  [['asLong', 'asInt', 'asLong'], 'int', 2],
  [['asText', 'asInt'], 'int', 2],
  [['asText', 'asInt', 'asText'], 'int', 2],
  [['asText', 'asText'], 'int', 0],
])('%j under %s: %i', async (order, type, count) => expect(await admitted(order, type)).toBe(count));

it('stops at the same record wherever it was begun anew, and never after a change', async () => {
  const order = fc.array(fc.constantFrom<Shape>('without', 'asInt', 'asLong', 'asText'), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      order,
      fc.constantFrom('int', 'bigint', 'varchar(9)'),
      fc.array(fc.nat(8)),
      async (order, type, at) => {
        const count = await admitted(order, type);
        expect(
          await admitted(
            order,
            type,
            at.filter((index) => index <= count),
          ),
        ).toBe(count);
        // Nothing is admitted without the column once it was there as declared.
        const first = order.findIndex((shape) => shape === 'asInt' || (shape === 'asLong' && type !== 'int'));
        if (first >= 0 && first < count) expect(order.slice(first, count)).not.toContain('without');
      },
    ),
  );
});

const change = (row: Row): MergeRecord =>
  ({ kind: 'change', offset: 0n, change: { before: row, after: row, operation: 'update' } }) as unknown as MergeRecord;
const rowsOf = (records: readonly MergeRecord[]) =>
  records.map((record) => record.kind === 'change' && record.change.after);

it('gives old rows what ADD COLUMN gave them, and leaves the others the same objects', async () => {
  const { schemas, messages } = log(['without', 'asInt']);
  const seen = new TableShapes(declared('int'), schemas);
  await seen.admit('d.t', chunk(messages));
  const records = [change({ id: 1, a: 1 }), change({ id: 2, a: 2, b: 7 })];
  const adapted = seen.adapted(chunk(messages), records);
  expect(rowsOf(adapted)).toEqual([
    { id: 1, a: 1, b: 5 },
    { id: 2, a: 2, b: 7 },
  ]);
  expect(adapted[1]).toBe(records[1]);
});

it('takes a renamed column from whichever name is there', async () => {
  const { schemas, messages } = log(['asInt', 'renamed']);
  const seen = new TableShapes(declared('int', ['c', 'b']), schemas);
  await seen.admit('d.t', chunk(messages));
  const adapted = seen.adapted(chunk(messages), [change({ id: 1, a: 1, b: 7 }), change({ id: 1, c: 8 })]);
  expect(rowsOf(adapted)).toMatchObject([{ c: 7 }, { c: 8 }]);
});

it('a correction from before a column was there gets what its rows got; for a read model that is filled it is a change', async () => {
  const { schemas, messages } = log(['without', 'asInt']);
  const seen = new TableShapes(declared('int'), schemas);
  await seen.admit('d.t', chunk(messages));
  const correction: Correction = {
    ...{ kind: 'rows', at: new Map(), table: 'd.t' },
    rows: [
      { key: { id: 1 }, row: { id: 1, a: 1 } },
      { key: { id: 2 }, row: null },
    ],
  };
  expect(await seen.corrected(correction, false)).toMatchObject({ rows: [{ row: { id: 1, b: 5 } }, { row: null }] });
  await expect(seen.corrected(correction, true)).rejects.toMatchObject({ code: 'schema-changed' });
});
