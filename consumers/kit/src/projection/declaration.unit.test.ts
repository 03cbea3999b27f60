import { describe, expect, it } from '@jest/globals';
import { KitError } from '../errors.ts';
import { type MirrorDeclaration, type MirrorTableDeclaration, mirror } from './declaration.ts';
import { topicsOf } from './topics.ts';

const good: MirrorTableDeclaration = { source: 'bank.accounts', key: ['id'], columns: { id: 'bigint' } };
const declare = (table: Partial<MirrorTableDeclaration> | object, name = 'accounts') =>
  mirror({ name: 'accounts', tables: { [name]: { ...good, ...table } } });
function refusal(doing: () => unknown): string {
  try {
    doing();
  } catch (error) {
    if (error instanceof KitError && error.code === 'declaration') return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('mirror', () => {
  it('gives columns in their order, renamed, with the key in its own order', () => {
    const [table] = declare({
      key: ['b', 'id'],
      path: undefined,
      columns: { id: 'bigint', b: { type: 'int unsigned', from: 'x y' }, c: 'varchar(5)' },
    }).tables;
    expect(table).toMatchObject({ name: 'accounts', source: 'bank.accounts', path: null });
    expect(table!.columns.map(({ name, from, type }) => [name, from, type.sql])).toEqual([
      ['id', 'id', 'bigint'],
      ['b', 'x y', 'int unsigned'],
      ['c', 'c', 'varchar(5)'],
    ]);
    expect(table!.key.map(({ name }) => name)).toEqual(['b', 'id']);
    expect(table!.columns).toContain(table!.key[0]);
  });

  it.each<[string, MirrorDeclaration, string]>([
    [
      'a capital letter',
      { name: 'Accounts', tables: { a: good } },
      "projection 'Accounts': its name wants small letters, digits and -",
    ],
    ['no name', { name: '', tables: { a: good } }, "projection '': its name wants small letters, digits and -"],
    [
      'a name of 49 letters',
      { name: 'a'.repeat(49), tables: { a: good } },
      'its name wants small letters, digits and -',
    ],
    ['no table', { name: 'accounts', tables: {} }, "projection 'accounts': it names no table"],
    [
      'a source twice',
      { name: 'accounts', tables: { a: good, b: good } },
      "projection 'accounts': bank.accounts is mirrored twice",
    ],
  ])('refuses %s', (_, declaration, message) => expect(refusal(() => mirror(declaration))).toContain(message));

  it.each<[string, object, string]>([
    [
      'a source without a database',
      { source: 'accounts' },
      "accounts.accounts: source 'accounts' is not database.table",
    ],
    ['a source of three parts', { source: 'a.b.c' }, "accounts.accounts: source 'a.b.c' is not database.table"],
    [
      'a type nobody knows',
      { columns: { id: 'number' } },
      "accounts.accounts.id: 'number' is not a column type the kit knows",
    ],
    ['a type that is more', { columns: { id: 'int) ENGINE=MyISAM' } }, 'is not a column type the kit knows'],
    ['a key that is no column', { key: ['x'] }, "accounts.accounts: key column 'x' is not among its columns"],
    [
      'a key of Object’s',
      { key: ['constructor'] },
      "accounts.accounts: key column 'constructor' is not among its columns",
    ],
    ['no key', { key: [] }, 'accounts.accounts: it has no key'],
    ['a key column twice', { key: ['id', 'id'] }, "accounts.accounts: key column 'id' is named twice"],
    [
      'columns that differ in case alone',
      { columns: { id: 'int', ID: 'int' } },
      "accounts.accounts: column 'ID' is named twice",
    ],
    [
      'a key of text without a collation',
      { columns: { id: 'varchar(9)' } },
      "accounts.accounts.id: a key of text wants the collation it has in the monolith, as in 'varchar(9) collate utf8mb4_bin'",
    ],
    ['a key of ENUM without a collation', { columns: { id: "enum('a')" } }, 'a key of text wants the collation'],
    ['a path without a slash', { path: 'accounts' }, "accounts.accounts: path 'accounts' wants the form /accounts"],
    ['a path of two parts', { path: '/a/b' }, "path '/a/b' wants the form /accounts"],
    ['a filter that is no column', { path: '/a', filters: ['b'] }, "filter 'b' is not among its columns"],
    ...['text', 'json', 'double', 'time', 'bit(3)', "set('a')"].map(
      (type): [string, Partial<MirrorTableDeclaration>, string] => [
        `a filter of type ${type}`,
        { path: '/a', columns: { id: 'int', f: type }, filters: ['f'] },
        `filter 'f': values of type '${type}' cannot be compared exactly`,
      ],
    ),
    ['a filter named twice', { path: '/a', filters: ['id', 'id'] }, "filter 'id' is named twice"],
    [
      'a filter with the name of a parameter',
      { path: '/a', columns: { id: 'int', limit: 'int' }, filters: ['limit'] },
      "filter 'limit' has the name of a parameter that every list has",
    ],
    ['filters without a path', { filters: ['id'] }, 'filters and owner want a path'],
    ['an owner without a path', { owner: 'id' }, 'filters and owner want a path'],
    ['an owner that is no column', { path: '/a', owner: 'b' }, "owner 'b' is not among its columns"],
    ...['varchar(9)', 'varchar(9) collate utf8mb4_general_ci', 'decimal(9,2)', 'double', 'year', 'datetime'].map(
      (type): [string, Partial<MirrorTableDeclaration>, string] => [
        `an owner of type ${type}, which more than one id would equal`,
        { path: '/a', columns: { id: 'int', o: type }, owner: 'o' },
        "owner 'o' wants an integer",
      ],
    ),
    [
      'a column called __proto__',
      { columns: { id: 'int', p: { type: 'int', from: '__proto__' } } },
      'accounts.accounts.p: a column called __proto__ cannot be carried',
    ],
  ])('refuses %s', (_, table, message) => expect(refusal(() => declare(table))).toContain(message));

  it('keeps names that begin with banyan_ for itself', () => {
    expect(refusal(() => declare({}, 'banyan_checkpoint'))).toContain('names that begin with banyan_');
  });

  it('takes a text key with its collation, and names that are odd but MariaDB’s', () => {
    declare({ columns: { id: 'varchar(9) collate utf8mb4_bin' } });
    declare({ columns: { id: 'varchar(9) COLLATE latin1_swedish_ci' }, key: ['id'] });
    declare({ key: ['constructor'], columns: { constructor: 'int', 'a `b': 'int', select: 'int' } }, 'order');
  });
});

describe('topicsOf', () => {
  it('names the topics as Debezium does, also those of tables with odd names', () => {
    const odd = mirror({
      name: 'odd',
      tables: Object.fromEntries(
        ['bank.accounts', 'bank.my table', 'bank.ünï-1', 'bank.a`b'].map((source, index) => [
          `t${index}`,
          { ...good, source },
        ]),
      ),
    });
    expect(topicsOf(odd, 'p')).toEqual({
      tables: new Map([
        ['p.bank.accounts', 'bank.accounts'],
        ['p.bank.my_table', 'bank.my table'],
        ['p.bank._n_-1', 'bank.ünï-1'],
        ['p.bank.a_b', 'bank.a`b'],
      ]),
      transactions: 'p.transaction',
      heartbeats: '__debezium-heartbeat.p',
      corrections: 'p.corrections',
      histories: 'p.histories',
    });
  });
});
