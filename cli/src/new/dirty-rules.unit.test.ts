import { describe, expect, it } from '@jest/globals';
import { workedOut } from './testing-tables.ts';

describe('the rules of a SELECT', () => {
  it('are columns of the changed row where it has the group, or an equal of it', () => {
    expect(
      workedOut('SELECT c.id, COUNT(*) AS n FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id'),
    ).toEqual({
      ...{ key: ['id'], group: ['id'], why: [] },
      dirty: { customers: { id: 'id' }, orders: { id: 'customer_id' } },
    });
  });

  it('lead over the tables in between otherwise, and no further than they must', () => {
    const select = `SELECT p.brand_id, SUM(l.net) AS net FROM orders o JOIN lines l ON l.order_id = o.id
      JOIN products p USING (sku) WHERE p.brand_id IS NOT NULL AND o.status = 'done' GROUP BY p.brand_id`;
    expect(workedOut(select)).toMatchObject({
      dirty: {
        orders:
          'SELECT p.brand_id\nFROM changed o\nJOIN `lines` l ON l.order_id = o.id\nJOIN products p ON p.sku = l.sku',
        lines: 'SELECT p.brand_id FROM changed l JOIN products p ON p.sku = l.sku',
        products: { brand_id: 'brand_id' },
      },
    });
  });

  // Two tables of one group, both changed by one transaction: a rule that joins them would find neither the old pair nor its group.
  it('have groups of columns of one table alone', () => {
    const select = `SELECT c.city, o.status, COUNT(*) AS n FROM orders o JOIN customers c ON c.id = o.customer_id
      WHERE c.city IS NOT NULL GROUP BY c.city, o.status`;
    expect(workedOut(select)).toEqual({
      ...{ key: ['city', 'status'], group: ['status'], why: [] },
      dirty: {
        orders: { status: 'status' },
        customers: 'SELECT o.status FROM changed c JOIN orders o ON o.customer_id = c.id',
      },
    });
  });

  it('go from an optional table to the one that has it, and never the other way', () => {
    const optional = `SELECT c.id, g.name FROM customers c LEFT JOIN groups g ON g.id = c.group_id`;
    expect(workedOut(optional)).toMatchObject({
      dirty: { groups: 'SELECT c.id FROM changed g JOIN customers c ON c.group_id = g.id' },
    });
    const crossed = `SELECT c.id, o.id AS order_id, l.net FROM customers c JOIN orders o
      LEFT JOIN lines l ON l.order_id = o.id AND l.line = c.group_id`;
    expect(workedOut(crossed)).toMatchObject({
      group: ['id'],
      dirty: {
        customers: { id: 'id' },
        orders: 'all',
        lines: 'SELECT c.id FROM changed l JOIN customers c ON c.group_id = l.line',
      },
    });
  });

  it('do not take a column for another that is compared otherwise', () => {
    const select = `SELECT p.sku, COUNT(*) AS n FROM products p JOIN texts t ON t.sku = p.sku GROUP BY p.sku`;
    expect(workedOut(select)).toMatchObject({
      dirty: { products: { sku: 'sku' }, texts: 'SELECT p.sku FROM changed t JOIN products p ON p.sku = t.sku' },
    });
  });

  it('are one for each place of a table that is read twice', () => {
    const select = `SELECT a.id, COUNT(*) AS n FROM customers a JOIN customers b ON b.group_id = a.group_id GROUP BY a.id`;
    expect(workedOut(select)).toMatchObject({
      dirty: {
        customers:
          'SELECT a.id FROM changed a \nUNION\nSELECT a.id FROM changed b JOIN customers a ON a.group_id = b.group_id'.replace(
            ' \n',
            '\n',
          ),
      },
    });
  });

  it('lead from a SELECT within the SELECT to the row around it, and never into it', () => {
    const select = `SELECT c.id, (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.id AND o.total > 5) AS n,
        (SELECT SUM(l.net) FROM lines l JOIN orders o ON o.id = l.order_id WHERE o.customer_id = c.id) AS net
      FROM customers c LEFT JOIN groups g ON g.id = c.group_id
      WHERE NOT EXISTS (SELECT * FROM texts t WHERE t.title = g.name)`;
    expect(workedOut(select)).toMatchObject({
      ...{ key: ['id'], group: ['id'] },
      dirty: {
        customers: { id: 'id' },
        groups: 'SELECT c.id FROM changed g JOIN customers c ON c.group_id = g.id',
        orders: { id: 'customer_id' },
        lines: 'SELECT o.customer_id AS id FROM changed l JOIN orders o ON o.id = l.order_id',
        texts: 'SELECT c.id\nFROM changed t\nJOIN groups g ON g.name = t.title\nJOIN customers c ON c.group_id = g.id',
      },
    });
    const crossed = `SELECT c.id, g.id AS group_id FROM customers c JOIN groups g
      WHERE EXISTS (SELECT * FROM texts t WHERE t.title = g.name AND t.sku = c.city)`;
    expect(workedOut(crossed)).toMatchObject({
      group: ['id'],
      dirty: { groups: 'all', texts: expect.stringContaining('JOIN customers c') },
    });
    const loose = 'SELECT c.id FROM customers c WHERE c.city IN (SELECT t.title FROM texts t)';
    expect(workedOut(loose)).toMatchObject({ dirty: { customers: { id: 'id' }, texts: 'all' } });
  });

  it('are all groups where no equality leads to one: OR, a range, a computed group', () => {
    const all = (on: string) => {
      const select = `SELECT c.id, COUNT(*) AS n FROM customers c JOIN orders o ON ${on} GROUP BY c.id`;
      return (workedOut(select) as { dirty: unknown }).dirty;
    };
    expect(all('o.customer_id = c.id OR o.total > 5')).toEqual({ customers: { id: 'id' }, orders: 'all' });
    expect(all('o.customer_id = c.id || o.total > 5')).toMatchObject({ orders: 'all' });
    expect(all("o.customer_id = c.id AND o.status = 'x' OR o.total > 5")).toMatchObject({ orders: 'all' });
    expect(all('o.customer_id >= c.id')).toMatchObject({ orders: 'all' });
    expect(all('o.customer_id <=> c.id')).toMatchObject({ orders: 'all' });
    expect(all('NOT o.customer_id = c.id')).toMatchObject({ orders: 'all' });
    expect(all('o.total BETWEEN 1 AND o.customer_id = c.id')).toMatchObject({ orders: 'all' });
    expect(all('(o.customer_id = c.id AND o.total > 5)')).toMatchObject({ orders: { id: 'customer_id' } });
    const month = `SELECT DATE_FORMAT(o.placed, '%Y-%m') AS month, COUNT(*) AS n FROM orders o GROUP BY DATE_FORMAT(o.placed, '%Y-%m')`;
    expect(workedOut(month)).toMatchObject({ key: ['month'], group: ['month'], dirty: { orders: 'all' } });
  });
});

describe('the key of a SELECT', () => {
  const key = (select: string) => workedOut(select) as { key?: string[]; why?: string; unread?: string };

  it('leaves out what follows from the rest: by a key, an equality, a constant', () => {
    expect(
      key(
        `SELECT c.id, c.city, g.name FROM customers c JOIN groups g ON g.id = c.group_id GROUP BY c.id, c.city, g.name`,
      ).key,
    ).toEqual(['id']);
    expect(
      key(
        `SELECT p.sku, t.title FROM products p JOIN texts t ON t.sku = p.sku AND t.lang = 'de' GROUP BY p.sku, t.title`,
      ).key,
    ).toEqual(['sku']);
    // A number is equal to many texts.
    expect(
      key(`SELECT p.sku, t.title FROM products p JOIN texts t ON t.sku = p.sku AND t.lang = 1 GROUP BY p.sku, t.title`)
        .key,
    ).toEqual(['sku', 'title']);
  });

  it('is that of all tables without GROUP BY, or says which is missing', () => {
    expect(key('SELECT l.order_id, l.line, o.status FROM lines l JOIN orders o ON o.id = l.order_id').key).toEqual([
      'order_id',
      'line',
    ]);
    expect(key('SELECT o.status FROM orders o').why).toBe(
      'nothing that it selects tells one row of o from another; select o.id too',
    );
    expect(key('SELECT COUNT(*) AS n FROM orders o').why).toContain('write GROUP BY');
    expect(key('SELECT COUNT(*) AS n FROM orders o GROUP BY o.status').why).toBe(
      'it groups by o.status and does not select it; select it too',
    );
    expect(key('SELECT DISTINCT o.status FROM orders o').key).toEqual(['status']);
  });
});
