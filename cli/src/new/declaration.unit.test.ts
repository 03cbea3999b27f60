import { describe, expect, it } from '@jest/globals';
import { projectionOf } from './declaration.ts';
import { declarationText } from './declaration-text.ts';
import { findTable, mirrorDraft } from './mirror-draft.ts';
import type { SourceForeignKey } from './source-schema.ts';
import { table } from './testing-tables.ts';

const key = (column: string, parent: string, more: Partial<SourceForeignKey> = {}): SourceForeignKey => ({
  ...{ columns: [column], parent: `shop.${parent}`, parentColumns: ['id'], acts: false, deletes: false },
  ...more,
});
const cascade = { acts: true, deletes: true };
const shop = [
  table('customer', 'id int, passwd char(40), home inet6, name varchar(80)', 'id'),
  table('Order Lines', 'order_id int, line int, `the text` varchar(80)', 'order_id, line', {
    foreignKeys: [key('order_id', 'orders', cascade)],
  }),
  table('orders', 'id int, customer_id int, note text', 'id', {
    foreignKeys: [key('customer_id', 'customer', cascade)],
  }),
  table('log', 'at datetime', ''),
  table('recent', 'at datetime', '', { engine: null }),
];

describe('a declaration of mirrors', () => {
  it('has columns under names for code, filters by foreign keys, and the parents that rows go with, as far as they are needed', () => {
    const draft = mirrorDraft('lines', [shop[1]!], shop);
    expect(declarationText(draft)).toBe(`import { mirror } from '@banyan/kit';

/** Order Lines as they stand in the monolith, row for row. */
export const projection = mirror({
  name: 'lines',
  tables: {
    order_lines: {
      source: 'shop.Order Lines',
      key: ['order_id', 'line'],
      path: '/order-lines',
      columns: {
        order_id: 'int',
        line: 'int',
        the_text: { type: 'varchar(80)', from: 'the text' },
      },
    },
    // rows of Order Lines go with a row of this one, which the binlog does not show.
    orders: {
      source: 'shop.orders',
      key: ['id'],
      columns: {
        id: 'int',
        customer_id: 'int',
      },
    },
    // rows of orders go with a row of this one, which the binlog does not show.
    customer: {
      source: 'shop.customer',
      key: ['id'],
      columns: {
        id: 'int',
      },
    },
  },
});
`);
    expect(projectionOf(draft).tables.map(({ source }) => source)).toEqual([
      'shop.Order Lines',
      'shop.orders',
      'shop.customer',
    ]);
  });

  it('leaves out what is a secret by its name or cannot be carried, with a comment and a note', () => {
    const draft = mirrorDraft('customers', [shop[0]!], shop);
    expect(declarationText(draft)).toContain(`
        // passwd is left out: by its name it is a secret.
        // home is left out: values of type inet6 are not carried; a column of type varchar(39) would be.`);
    expect(draft.notes).toHaveLength(2);
  });

  it('is refused for a table without key, for a view, and for a name that is none, with near ones', () => {
    expect(() => mirrorDraft('x', [shop[3]!], shop)).toThrow('shop.log has no primary key');
    expect(() => mirrorDraft('x', [shop[4]!], shop)).toThrow('shop.recent is a view');
    expect(() => findTable(shop, 'order')).toThrow('the database has no table order');
    expect(findTable(shop, 'shop.ORDERS'.slice(5)).name).toBe('orders');
  });
});
