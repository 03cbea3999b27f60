// One database for each trap that schema or rows show, with what is to be found in it and nothing else.
export interface Planted {
  /** Its number in traps.ts, and what of it. */
  readonly name: string;
  readonly statements: readonly string[];
  readonly codes: readonly string[];
}

export const planted: readonly Planted[] = [
  {
    name: '1 cascades',
    statements: [
      'CREATE TABLE customers (id INT PRIMARY KEY)',
      'CREATE TABLE orders (id INT PRIMARY KEY, customer INT, FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE)',
      'CREATE TABLE items (id INT PRIMARY KEY, of INT, FOREIGN KEY (of) REFERENCES orders (id) ON UPDATE CASCADE)',
    ],
    codes: ['cascade', 'cascade-chain', 'catalogue-hidden'],
  },
  {
    name: '3 partitions',
    statements: [
      'CREATE TABLE days (day INT PRIMARY KEY) PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
    ],
    codes: ['partitioned-table'],
  },
  {
    name: '4 other engines',
    statements: [
      'CREATE TABLE a (id INT PRIMARY KEY) ENGINE=MyISAM',
      'CREATE TABLE b (id INT PRIMARY KEY) ENGINE=MEMORY',
    ],
    codes: ['other-engine'],
  },
  {
    name: '4 elsewhere',
    statements: ['CREATE TABLE a (id INT NOT NULL, d DATE NOT NULL) ENGINE=CSV'],
    codes: ['no-primary-key', 'other-engine'],
  },
  {
    name: '4 a migration',
    statements: [
      'CREATE TABLE orders (id INT PRIMARY KEY)',
      'CREATE TABLE _orders_gho (id INT PRIMARY KEY)',
      'CREATE TABLE _lonely_gho (id INT PRIMARY KEY)',
    ],
    codes: ['ghost-table'],
  },
  {
    name: '8 unsigned',
    statements: [
      'CREATE TABLE t (id INT PRIMARY KEY, v BIGINT UNSIGNED)',
      'INSERT INTO t VALUES (1, 9223372036854775807), (2, 18446744073709551615)',
    ],
    codes: ['bigint-beyond-signed'],
  },
  {
    name: '11 days',
    statements: [
      "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
      'CREATE TABLE t (id INT PRIMARY KEY, d DATE, m DATETIME, s TIMESTAMP NULL, y YEAR)',
      "INSERT INTO t VALUES (1, '0000-00-00', '0069-01-01', '0000-00-00', 0), (2, '2024-00-01', '1582-10-10', NOW(), 2000)",
    ],
    codes: ['calendar-gap', 'year-below-100', 'year-zero', 'zero-date', 'zero-timestamp'],
  },
  {
    name: '11 days by an index',
    statements: [
      'CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, d DATE, v BIGINT UNSIGNED, KEY (d), KEY (v))',
      "INSERT INTO t (d, v) SELECT '2024-01-01', 1 FROM seq_1_to_5000",
      "INSERT INTO t (d, v) VALUES ('0050-01-01', 18446744073709551615)",
      "INSERT INTO t (d, v) SELECT '2024-01-01', 1 FROM seq_1_to_5000",
    ],
    codes: ['bigint-beyond-signed', 'year-below-100'],
  },
  {
    name: '11 numbers and texts',
    statements: [
      "SET SESSION sql_mode = ''",
      `CREATE TABLE t (id INT PRIMARY KEY, f FLOAT, d DOUBLE, z BIGINT ZEROFILL, e ENUM('a'), c ENUM('a,b'), w SET('😀'),
         l VARCHAR(9) CHARACTER SET latin1)`,
      "INSERT INTO t VALUES (1, 1.5, -0e0, 7, 'none of them', 'a,b', '', X'81')",
    ],
    codes: ['enum-invalid', 'enum-member', 'float-column', 'latin1-undefined', 'negative-zero', 'zerofill'],
  },
  {
    name: '11 large values',
    statements: [
      'CREATE TABLE t (id INT PRIMARY KEY, v LONGTEXT, b MEDIUMBLOB)',
      "INSERT INTO t VALUES (1, REPEAT('x', 16777216), NULL), (2, '', REPEAT('x', 1100000))",
    ],
    codes: ['value-large', 'value-oversize'],
  },
  {
    name: '11 types',
    statements: ['CREATE TABLE t (id INT PRIMARY KEY, g GEOMETRY, p POINT, u UUID, n INT AS (id + 1) STORED)'],
    codes: ['generated-column', 'geometry-column', 'uuid-column'],
  },
  {
    name: '11 names',
    statements: [
      'CREATE TABLE `two words` (id INT PRIMARY KEY, `a-b` INT, a_b INT)',
      'CREATE TABLE two_words (id INT PRIMARY KEY, `select` INT, `__proto__` INT)',
    ],
    codes: ['field-shared', 'name-adjusted', 'name-of-object', 'name-reserved', 'topic-shared'],
  },
  {
    name: '11 keys',
    statements: ['CREATE TABLE nokey (v INT)', 'CREATE TABLE natural_key (code DECIMAL(10,0) PRIMARY KEY)'],
    codes: ['key-may-change', 'no-primary-key'],
  },
  {
    name: '17 unique keys',
    statements: ['CREATE TABLE t (id INT PRIMARY KEY, v INT, UNIQUE (v))'],
    codes: ['unique-secondary-key'],
  },
  {
    name: '18 collations',
    statements: ['CREATE TABLE t (code VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY)'],
    codes: ['key-collation', 'key-may-change'],
  },
  {
    name: '18 versioning',
    statements: ['CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING'],
    codes: ['system-versioned'],
  },
  {
    name: '25 unparseable',
    statements: [
      'CREATE SEQUENCE s',
      'CREATE TABLE t (id INT PRIMARY KEY, i4 INET4, i6 INET6, c VARCHAR(100) COMPRESSED)',
      'CREATE TABLE u (id BIGINT DEFAULT NEXT VALUE FOR s PRIMARY KEY)',
    ],
    codes: ['column-unparseable', 'default-next-value', 'sequence'],
  },
  {
    name: 'programs',
    statements: [
      'CREATE TABLE t (id INT PRIMARY KEY)',
      'CREATE TRIGGER each_row BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id',
      'CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM t',
    ],
    codes: ['event', 'trigger'],
  },
];
