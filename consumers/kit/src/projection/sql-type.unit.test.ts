import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSqlType } from './sql-type.ts';

describe('parseSqlType', () => {
  it.each([
    ['int', 'int', 'integer', 'integer'],
    ['INT(11) UNSIGNED', 'int', 'integer', 'integer'],
    ['tinyint(1)', 'tinyint', 'integer', 'integer'],
    ['year', 'year', 'integer', 'integer'],
    ['bigint unsigned zerofill', 'bigint', 'bigint', 'string'],
    ['decimal(38,10)', 'decimal', 'decimal', 'string'],
    ['decimal (38, 10) unsigned', 'decimal', 'decimal', 'string'],
    ['float(10,2)', 'float', 'float', 'number'],
    ['double', 'double', 'float', 'number'],
    ['varchar(34) collate utf8mb4_bin', 'varchar', 'text', 'string'],
    ['  char(5) character set latin1 collate latin1_german1_ci ', 'char', 'text', 'string'],
    ["enum('a','b''c', 'd,e','')", 'enum', 'text', 'string'],
    ["set('(',')') collate utf8mb4_bin", 'set', 'text', 'string'],
    ['json', 'json', 'text', 'string'],
    ['bit(64)', 'bit', 'binary', 'string'],
    ['longblob', 'longblob', 'binary', 'string'],
    ['timestamp(6)', 'timestamp', 'temporal', 'string'],
  ])('%s', (text, base, family, json) => {
    expect(parseSqlType(text)).toEqual({ sql: text.trim(), base, family, json });
  });

  // It goes into CREATE TABLE as it is.
  it.each([
    '',
    'int; DROP TABLE x',
    'int) ENGINE=MyISAM',
    'int, evil int',
    'int -- x',
    'int /* x */',
    'int\nunsigned',
    'int unsigned\n, evil int',
    'int `x`',
    'varchar(10) collate utf8mb4_bin, primary key (x)',
    "varchar(10) default 'x'",
    'varchar(10) collate `utf8mb4_bin`',
    'varchar(10) character set',
    'int not null',
    'int null',
    'int unique',
    'int unique key',
    'int primary key',
    'int auto_increment',
    'int invisible',
    'int references t',
    'timestamp on update current_timestamp',
    'int default 5',
    'int comment x',
    'int as (1)',
    'varchar(10) compressed',
    'decimal(,)',
    'decimal(10,)',
    'decimal(1,2,3)',
    'int()',
    'int(1',
    "int('a')",
    "varchar('a')",
    'enum',
    'enum()',
    'enum(1)',
    "enum('a'",
    "enum('a' 'b')",
    "enum('a'b')",
    "enum('a',)",
    "enum('a\\','b')",
    "enum('a'); DROP TABLE x; --')",
    'geometry',
    'uuid',
    'text2',
    'constructor',
    'toString',
  ])('refuses %j', (text) => expect(parseSqlType(text)).toBeNull());

  it('lets nothing through that could end a column', () => {
    const piece = fc.constantFrom(
      ...[
        'int',
        'enum',
        '(',
        ')',
        "'",
        "''",
        ',',
        ' ',
        '1',
        'unsigned',
        'collate',
        'x',
        ';',
        '--',
        '`',
        '\\',
        '"',
        '=',
        '\n',
        '#',
        '/*',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const parsed = parseSqlType(pieces.join(''));
        if (!parsed) return;
        const outside = parsed.sql.replaceAll(/'(?:[^']|'')*'/g, 'M'); // members are quoted
        expect(outside).toMatch(/^[a-z]+( *\((\d+( *, *\d+ *)?|M( *, *M)*) *\)| *\( *(\d+|M).*\))?[ a-z0-9_]*$/i);
        expect(parsed.sql).not.toMatch(/[;`"=\n#\\]|--|\/\*/);
      }),
      { numRuns: 5000 },
    );
  });

  // A pattern in which quotes can be paired in many ways would take longer than the sun has left.
  it('refuses a long hostile text at once', () => {
    expect(parseSqlType(`enum(${"'".repeat(2001)}`)).toBeNull();
    expect(parseSqlType(`enum(${"'a',".repeat(2000)}`)).toBeNull();
    expect(parseSqlType(`int${' unsigned'.repeat(2000)}!`)).toBeNull();
    expect(parseSqlType(`int(${' '.repeat(5000)}`)).toBeNull();
  });
});
