import { describe, expect, it } from '@jest/globals';
import { type QueryDeclaration, query } from './query.ts';

const good = {
  name: 'overview',
  from: {
    accounts: { source: 'bank.accounts', key: ['id'], columns: { id: 'bigint', customer_id: 'bigint' } },
    lines: { source: 'bank.lines', key: ['id'], columns: { id: 'bigint', account_id: 'bigint' } },
  },
  tables: {
    counts: {
      path: '/counts',
      key: ['account_id'],
      group: ['account_id'],
      columns: { account_id: 'bigint', lines: 'bigint' },
      select: 'SELECT account_id, COUNT(*) AS `lines` FROM `lines` GROUP BY account_id',
      dirty: { lines: { account_id: 'account_id' }, accounts: { account_id: 'id' } },
    },
  },
} satisfies QueryDeclaration;

const changed = (counts: object, more: object = {}): QueryDeclaration => ({
  ...good,
  ...more,
  tables: { counts: { ...good.tables.counts, ...counts } },
});

describe('query()', () => {
  it('keeps mirrors of the tables it reads, with the indexes that its rules need and nothing twice', () => {
    const { tables, queries } = query(good);
    expect(tables.map(({ source, indexes }) => [source, indexes.map((one) => one.map(({ name }) => name))])).toEqual([
      ['bank.accounts', []],
      ['bank.lines', [['account_id']]],
    ]);
    expect(queries[0]!.dirty.get('bank.lines')).toEqual({ kind: 'columns', columns: ['account_id'] });
    expect(queries[0]!.path).toBe('/counts');
  });

  it('indexes a group that the key does not begin with', () => {
    const columns = { account_id: 'bigint', month: 'int', lines: 'bigint' };
    const [first] = query(changed({ key: ['month', 'account_id'], columns, path: undefined })).queries;
    const [second] = query(changed({ key: ['account_id', 'month'], columns, path: undefined })).queries;
    expect(first!.indexes.map((one) => one.map(({ name }) => name))).toEqual([['account_id']]);
    expect(second!.indexes).toEqual([]);
  });

  it('takes a table that matters for its cascades alone', () => {
    const { dirty } = query(changed({ dirty: { ...good.tables.counts.dirty, accounts: 'none' } })).queries[0]!;
    expect(dirty.get('bank.accounts')).toEqual({ kind: 'none' });
  });

  it.each<[string, QueryDeclaration, string]>([
    [
      'a clock',
      changed({ select: 'SELECT account_id,\nNOW() AS `lines` FROM `lines`' }),
      'overview.counts.select, line 2: now(): take the time from a column',
    ],
    [
      'a table without a rule',
      changed({ dirty: { lines: { account_id: 'account_id' } } }),
      'overview.counts.dirty: no rule for accounts',
    ],
    [
      'a rule for no table',
      changed({ dirty: { ...good.tables.counts.dirty, cards: 'all' } }),
      "overview.counts.dirty: 'cards' is not among the tables in from",
    ],
    [
      'a rule by no column',
      changed({ dirty: { ...good.tables.counts.dirty, lines: { account_id: 'account' } } }),
      "overview.counts.dirty.lines: lines has no column 'account'",
    ],
    [
      'a rule that leaves a group column out',
      changed({ dirty: { ...good.tables.counts.dirty, lines: {} } }),
      "overview.counts.dirty.lines: no column for the group's 'account_id'",
    ],
    [
      'a rule for no group column',
      changed({ dirty: { ...good.tables.counts.dirty, lines: { account_id: 'account_id', x: 'id' } } }),
      "overview.counts.dirty.lines: 'x' is not a group column",
    ],
    [
      'a rule with a clock',
      changed({ dirty: { ...good.tables.counts.dirty, lines: 'SELECT id FROM changed WHERE NOW() > 1' } }),
      'overview.counts.dirty.lines, line 1: now(): take the time from a column',
    ],
    [
      'a table called changed',
      { ...good, from: { ...good.from, changed: { ...good.from.lines, source: 'bank.changed' } } },
      'overview.changed: a query cannot read a table of this name',
    ],
    [
      'a group outside of the key',
      changed({ group: ['lines'] }),
      "overview.counts: group column 'lines' is not of its key",
    ],
    ['no group', changed({ group: [] }), 'overview.counts: it has no group'],
    [
      'a mirror under another name',
      { ...good, from: { ...good.from, lines: { ...good.from.lines, source: 'bank.ledger' } } },
      'overview.lines: its name must be that of its source, bank.ledger',
    ],
    [
      'a renamed column',
      {
        ...good,
        from: {
          ...good.from,
          lines: { ...good.from.lines, columns: { id: 'bigint', account_id: { type: 'bigint', from: 'account' } } },
        },
      },
      'overview.lines.account_id: a table that a query reads keeps its column names',
    ],
    [
      'a query named like a table',
      { ...good, tables: { lines: good.tables.counts } },
      'overview.lines: a query wants another name',
    ],
    ['no query', { ...good, tables: {} }, "projection 'overview': it has no query"],
  ])('refuses %s, by its place and with what to do', (_, declaration, message) => {
    expect(() => query(declaration)).toThrow(
      expect.objectContaining({ code: 'declaration', message: expect.stringContaining(message) }),
    );
  });
});
