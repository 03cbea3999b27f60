import { describe, expect, it } from '@jest/globals';
import { type FoldTableDeclaration, fold } from './fold.ts';

const from = { letters: { source: 'bank.letters', key: ['id'], columns: { id: 'bigint', batch: 'int' } } };
const counts: FoldTableDeclaration = {
  version: 1,
  key: ['batch'],
  columns: { batch: 'int', letters: 'int' },
  keys: ({ batch }) => [[batch!]],
  step: (state) => ({ letters: Number(state?.letters ?? 0) + 1 }),
};
const declared =
  (over: Partial<FoldTableDeclaration>, name = 'counts') =>
  () =>
    fold({ name: 'post', from, tables: { [name]: { ...counts, ...over } } });

describe('fold', () => {
  it('keeps a mirror of each table whose changes it folds', () => {
    const { tables, folds, queries } = declared({})();
    expect(tables.map(({ name, source }) => [name, source])).toEqual([['letters', 'bank.letters']]);
    expect(folds.map(({ name, key, version }) => [name, key[0]!.name, version])).toEqual([['counts', 'batch', 1]]);
    expect(queries).toEqual([]);
  });

  it.each([
    ['no version', { version: 0 }, 'version wants a whole number'],
    ['a column from elsewhere', { columns: { batch: 'int', letters: { type: 'int', from: 'n' } } }, 'from no column'],
    ['a float', { columns: { batch: 'int', letters: 'float' } }, 'declare double'],
    ['bits', { columns: { batch: 'int', letters: 'bit(3)' } }, 'declare an integer'],
    ['a key of doubles', { columns: { batch: 'double', letters: 'int' } }, 'is no key'],
    [
      'a key in which a and A are equal',
      { columns: { batch: 'varchar(9) collate utf8mb4_general_ci', letters: 'int' } },
      'only the same letters are equal',
    ],
  ] as const)('refuses %s', (_, over, message) => {
    expect(declared(over as Partial<FoldTableDeclaration>)).toThrow(
      expect.objectContaining({ code: 'declaration', message: expect.stringContaining(message) }),
    );
  });

  it('refuses a float in a table whose changes it folds: what was there before would be told with six digits', () => {
    const columns = { id: 'bigint', batch: 'int', weight: 'float' };
    const rough = { letters: { ...from.letters, columns } };
    expect(() => fold({ name: 'post', from: rough, tables: { counts } })).toThrow('post.letters.weight: a float');
  });

  it('refuses a table of the same name as one whose changes it folds', () => {
    expect(declared({}, 'letters')).toThrow('another name than those in from');
  });
});
