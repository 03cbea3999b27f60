import { describe, expect, it } from '@jest/globals';
import { readSelect, type SelectShape } from './select-shape.ts';

const shape = (select: string) => readSelect(select) as SelectShape;
const unread = (select: string) => (readSelect(select) as { unread?: string }).unread;

describe('reading a SELECT', () => {
  it('finds tables with their aliases, quoted or not, and how they are joined', () => {
    const { occurrences, equalities } = shape(
      'SELECT a.x FROM `Order Lines` AS a, b INNER JOIN `c``d` e ON (e.`x y` = a.x) LEFT OUTER JOIN f USING (x, y) CROSS JOIN shop.g WHERE b.x = a.x AND 1 = b.y',
    );
    expect(occurrences.map(({ alias, table, isOptional, using }) => [alias, table, isOptional, using])).toEqual([
      ['a', 'Order Lines', false, []],
      ['b', 'b', false, []],
      ['e', 'c`d', false, []],
      ['f', 'f', true, ['x', 'y']],
      ['g', 'g', false, []],
    ]);
    expect(equalities).toEqual([
      { left: { alias: 'e', column: 'x y' }, right: { alias: 'a', column: 'x' }, optional: null },
      { left: { alias: 'b', column: 'x' }, right: { alias: 'a', column: 'x' }, optional: null },
    ]);
  });

  it('finds columns with their names, and is not misled by texts, comments and functions', () => {
    const { items, grouped, constants } =
      shape(`SELECT a.x, y AS \`the y\`, LEFT(z, 2) l, 'FROM, b' AS text, SUM(a.n) /* , c */ "sum"
      FROM a -- JOIN b ON b.x = a.x
      WHERE a.kind = 'x' AND a.text = 'y = z'
      GROUP BY a.x, LEFT(z, 2) ORDER BY 1`);
    expect(items.map(({ name }) => name)).toEqual(['x', 'the y', 'l', 'text', 'sum']);
    expect(items.map(({ column }) => column?.column ?? null)).toEqual(['x', 'y', null, null, null]);
    expect(grouped).toEqual(['a.x', 'LEFT(z, 2)']);
    expect(constants.map(({ column }) => column.column)).toEqual(['kind', 'text']);
  });

  it('takes an AND of BETWEEN for none that joins, and nothing of an OR', () => {
    const equal = (where: string) => shape(`SELECT a.x FROM a JOIN b WHERE ${where}`).equalities.length;
    expect(equal('a.n BETWEEN 1 AND 2 AND a.z = 1 AND a.x = b.x')).toBe(1);
    expect(equal('a.x = b.x AND (a.y = b.y OR a.z = 1)')).toBe(1);
    expect(equal('a.x = b.x OR a.y = b.y')).toBe(0);
    expect(equal('a.x = b.x + 1 AND a.y != b.y AND a.z = b.z COLLATE utf8mb4_bin')).toBe(0);
  });

  it('says what it does not read, rather than guess', () => {
    expect(unread('WITH x AS (SELECT 1) SELECT * FROM x')).toBe('it does not begin with SELECT');
    expect(unread('SELECT a.x, (SELECT 1) AS y FROM a')).toBe('it has no FROM in a SELECT within it');
    expect(unread('SELECT a.x FROM a WHERE a.x IN (SELECT b.x FROM b WHERE b.y IN (SELECT c.y FROM c))')).toContain(
      'it has a SELECT within a SELECT',
    );
    expect(unread('SELECT a.x FROM (SELECT b.x FROM b) a')).toBe('its FROM has something else than tables');
    expect(unread('SELECT a.x FROM a UNION SELECT b.x FROM b')).toBe('it has UNION');
    expect(unread('SELECT a.x FROM a ORDER BY x LIMIT 3')).toBe('it has LIMIT');
    expect(unread('SELECT a.x, SUM(n) OVER () AS n FROM a')).toBe('it has a window function');
    expect(unread('SELECT a.x FROM a NATURAL JOIN b')).toBe('it joins by NATURAL');
    expect(unread('SELECT a.x FROM a RIGHT JOIN b ON b.x = a.x')).toBe('it joins by RIGHT');
    expect(unread('SELECT a.* FROM a')).toBe('it has a *; name the columns');
    expect(unread('SELECT * FROM a')).toBe('it has a *; name the columns');
    expect(unread('SELECT a.x, COUNT(*) AS n FROM a GROUP BY a.x WITH ROLLUP')).toBe('it has WITH ROLLUP');
    expect(unread('SELECT a.x, a.n * 2 AS n, COUNT(*) AS m FROM a GROUP BY a.x, a.n')).toBeUndefined();
  });
});
