import { describe, expect, it } from '@jest/globals';
import { canonicalText } from './canonical.ts';
import { differencesOf } from './differences.ts';

type Field = { name: string; type: unknown; default?: unknown };

const envelope = (fields: readonly Field[], source = 'string') => ({
  type: 'record',
  name: 'Envelope',
  fields: [
    { name: 'before', type: ['null', { type: 'record', name: 'Value', fields }], default: null },
    { name: 'after', type: ['null', 'Value'], default: null },
    { name: 'source', type: source },
    { name: 'op', type: 'string' },
  ],
});
const decimal = (scale: number) => ({
  type: 'bytes',
  scale,
  precision: 19,
  'connect.name': 'org.apache.kafka.connect.data.Decimal',
});
const kinds = (allowed: string) => ({
  type: 'string',
  'connect.name': 'io.debezium.data.Enum',
  'connect.parameters': { allowed },
});
const id: Field = { name: 'id', type: 'long' };
const note: Field = { name: 'note', type: ['null', 'string'], default: null };

const seen = (before: readonly Field[], after: readonly Field[]) =>
  differencesOf('bank.bank.a-value', envelope(before), envelope(after)).map(
    ({ field, code, compatible }) => `${field} ${code}${compatible ? '' : ' INCOMPATIBLE'}`,
  );

describe('what a changed schema means to consumers', () => {
  it('is nothing when only the order of keys differs', () => {
    expect(
      differencesOf(
        's-value',
        { type: 'record', name: 'a', fields: [id] },
        { fields: [id], name: 'a', type: 'record' },
      ),
    ).toEqual([]);
  });

  it.each([
    ['an added column', [id], [id, note], ['note added']],
    ['a removed column', [id, note], [id], ['note removed INCOMPATIBLE']],
    ['a renamed column', [id, note], [id, { ...note, name: 'remark' }], ['note removed INCOMPATIBLE', 'remark added']],
    ['INT to BIGINT', [{ name: 'n', type: 'int' }], [{ name: 'n', type: 'long' }], ['n retyped INCOMPATIBLE']],
    ['another scale', [{ name: 'n', type: decimal(4) }], [{ name: 'n', type: decimal(2) }], ['n retyped INCOMPATIBLE']],
    ['NOT NULL without a default', [note], [{ name: 'note', type: 'string' }], ['note required INCOMPATIBLE']],
    ['NOT NULL with a default', [note], [{ name: 'note', type: 'string', default: '' }], ['note required']],
    ['NULL allowed', [{ name: 'note', type: 'string' }], [note], ['note relaxed']],
    [
      'NULL allowed with a default, null last',
      [{ name: 'n', type: 'int' }],
      [{ name: 'n', type: ['int', 'null'], default: 0 }],
      ['n relaxed'],
    ],
    [
      'another member',
      [{ name: 'k', type: kinds('a,b') }],
      [{ name: 'k', type: kinds('a,b,c') }],
      ['k described-anew'],
    ],
    ['another order', [id, note], [note, id], ['null described-anew']],
  ] as const)('%s', (_what, before, after, found) => {
    expect(seen(before, after)).toEqual(found);
  });

  it('names subject, column, and what to do', () => {
    const [removed] = differencesOf('bank.bank.a-value', envelope([id, note]), envelope([id]));
    expect(removed!.message).toBe('bank.bank.a-value: column note was removed');
    expect(removed!.remedy).toMatch(/change the declarations.*banyan schemas capture/);
  });

  it('of a key is never compatible', () => {
    const key = (fields: readonly Field[]) => ({ type: 'record', name: 'Key', fields });
    expect(differencesOf('bank.bank.a-key', key([id]), key([id, { name: 'nr', type: 'int' }]))).toMatchObject([
      { field: 'nr', code: 'key-changed', compatible: false },
    ]);
  });

  it("tells Debezium's own fields from columns", () => {
    expect(differencesOf('s-value', envelope([id]), envelope([id], 'bytes'))).toMatchObject([
      { code: 'envelope', field: null },
    ]);
  });
});

it('writes a schema the same way whatever the order of its keys', () => {
  expect(canonicalText({ b: 1, name: 'x', a: { z: 1, type: 't' } })).toBe(
    '{\n  "name": "x",\n  "a": {\n    "type": "t",\n    "z": 1\n  },\n  "b": 1\n}\n',
  );
});
