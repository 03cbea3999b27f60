import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findingsIn, withTable } from './select-text.ts';

const found = (select: string) => findingsIn(select).map(({ line, what }) => `${line}: ${what}`);

describe('a SELECT of a query', () => {
  it.each([
    'SELECT a.id, COUNT(*) FROM accounts a GROUP BY a.id',
    '  -- now()\n  SELECT 1 AS now',
    '/* RAND() */ SELECT `now`, user, version FROM t WHERE schema = 1',
    "SELECT 'NOW()', \"RAND()\", 'it''s @ ; ?', 'a\\'; now()' FROM t",
    'WITH x AS (SELECT id FROM t ORDER BY id LIMIT 3) SELECT * FROM x',
    'SELECT UNIX_TIMESTAMP(at), REPLACE(name, 1, 2), INSERT(name, 1, 2, 3) FROM t',
    'SELECT GROUP_CONCAT(DISTINCT name ORDER BY id SEPARATOR 1) FROM t',
    '(SELECT 1) UNION ALL (SELECT 2)',
  ])('%j is taken', (select) => {
    expect(found(select)).toEqual([]);
  });

  it.each([
    ['SELECT id,\n NOW( ) FROM t', ['2: now()']],
    ['SELECT Now\n() FROM t', ['1: now()']],
    ["SELECT '\n\n', CURRENT_DATE FROM t", ["3: 'current_date'"]],
    ['SELECT UNIX_TIMESTAMP() FROM t', ['1: unix_timestamp()']],
    ['SELECT rand(1), UUID() FROM t', ['1: rand()', '1: uuid()']],
    ['SELECT /*!50000 NOW() */ FROM t', ['1: now()']],
    ['SELECT /*M!100500 NOW() */ FROM t', ['1: now()']],
    ['SELECT @@server_id, @x FROM t', ['1: a variable', '1: a variable', '1: a variable']],
    ['SELECT * FROM t LIMIT 1', ['1: LIMIT without ORDER BY']],
    ['SELECT * FROM (SELECT * FROM t ORDER BY a) x LIMIT 1', ['1: LIMIT without ORDER BY']],
    ['SELECT GROUP_CONCAT(name) FROM t ORDER BY id', ['1: group_concat() without an order']],
    ['SELECT GROUP_CONCAT((SELECT a FROM u ORDER BY a)) FROM t', ['1: group_concat() without an order']],
    ['SELECT * FROM t FOR UPDATE', ["1: 'update'"]],
    ["SELECT * INTO OUTFILE 'x' FROM t", ["1: 'into'"]],
    ['SELECT 1; DROP TABLE t', ["1: ';'"]],
    ['SELECT * FROM t WHERE id = ?', ["1: '?'"]],
    ['DELETE FROM t', ['1: it does not begin with SELECT']],
    ['', ['1: it does not begin with SELECT']],
  ])('%j is not: %j', (select, expected) => {
    const lines = found(select);
    expect(lines).toEqual(expected);
    for (const { remedy } of findingsIn(select)) expect(remedy).not.toBe('');
  });

  it('names another table, but not in texts, comments and quoted names', () => {
    const select = "SELECT Changed.id, t.`changed`, 'changed', unchanged FROM changed -- changed\nJOIN t";
    expect(withTable(select, 'changed', 'x_1')).toBe(
      "SELECT x_1.id, t.`changed`, 'changed', unchanged FROM x_1 -- changed\nJOIN t",
    );
  });

  it('finds a clock on its line wherever it stands, outside of texts and comments', () => {
    const filler = fc.constantFrom(
      "'now()'",
      '`now()`',
      '-- now()\n',
      '/* now()\n */',
      'a',
      '\n',
      '(',
      ')',
      '1.5',
      "'\n'",
    );
    fc.assert(
      fc.property(fc.array(filler), fc.array(filler), (before, after) => {
        const head = `SELECT ${before.join(' ')} `;
        const line = head.split('\n').length;
        expect(found(`${head}sysdate() ${after.join(' ')}`)).toEqual([`${line}: sysdate()`]);
      }),
    );
  });
});
