import { describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { type ForeignKey, foreignKeysOf } from './foreign-keys.ts';

const key = {
  name: 'of_owner',
  child: 's.cards',
  childColumns: ['owner_id'],
  parent: 's.owners',
  parentColumns: ['id'],
} as const;
const cascade: ForeignKey = { ...key, onDelete: 'cascade', onUpdate: 'none' };
const renamed: ForeignKey = { ...key, onDelete: 'set null', onUpdate: 'cascade' };
const owners = { source: 's.owners', key: ['id'], columns: { id: 'int' } };
const cards = { source: 's.cards', key: ['id'], columns: { id: 'int', owner: { type: 'int', from: 'owner_id' } } };
const bare = { source: 's.cards', key: ['id'], columns: { id: 'int' } };
const of = (tables: Parameters<typeof mirror>[0]['tables']) => mirror({ name: 'p', tables });

describe('the foreign keys of a projection', () => {
  it('are those between tables that it has, under whatever names of columns', () => {
    expect(foreignKeysOf(of({ owners, cards }), [cascade, renamed])).toEqual([cascade, renamed]);
    expect(foreignKeysOf(of({ owners }), [cascade])).toEqual([]);
  });

  it('are not those that change only what it has not declared', () => {
    expect(foreignKeysOf(of({ cards: bare }), [renamed])).toEqual([]);
    expect(foreignKeysOf(of({ cards: bare, owners }), [renamed])).toEqual([]);
  });

  it.each([
    ['a child that goes with a parent that is not there', of({ cards: bare }), cascade, 'declare s.owners too'],
    ['a child that is changed with it', of({ cards }), renamed, 'declare s.owners too'],
    ['a child whose column is not there', of({ cards: bare, owners }), cascade, 'declare its column owner_id'],
  ])('refuse %s', (_, projection, one, remedy) => {
    expect(() => foreignKeysOf(projection, [one])).toThrow(
      expect.objectContaining({ code: 'declaration', remedy, message: expect.stringContaining('of_owner') }),
    );
  });
});
