import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadDatabase } from '../testkit/read-database.ts';
import { testStack } from '../testkit/test-stack.ts';
import { readForeignKeys } from './foreign-keys.ts';

describe('the foreign keys of a source', () => {
  let database: ReadDatabase;
  let reader: { host: string; port: number; user: string; password: string };
  const odd = 'p`a, (`rent`) ON DELETE CASCADE';

  beforeAll(async () => {
    database = await ReadDatabase.open();
    const { admin } = database;
    const { host, port } = await testStack().rootAccess('read-db');
    reader = { host, port, user: database.access.database, password: 'only-here' };
    await admin.query(`CREATE USER ??@'127.0.0.1' IDENTIFIED BY 'only-here'`, [reader.user]);
    await admin.query(`GRANT SELECT ON *.* TO ??@'127.0.0.1'`, [reader.user]);
    await admin.query('CREATE TABLE ?? (a INT, `b``c` CHAR(3), PRIMARY KEY (a, `b``c`))', [odd]);
    await admin.query(
      `CREATE TABLE child (id INT PRIMARY KEY COMMENT 'CONSTRAINT \`x\` FOREIGN KEY (\`y\`) REFERENCES \`z\` (\`a\`)', a INT, \`b,c\` CHAR(3),
         note INT, CONSTRAINT \`odd "name\` FOREIGN KEY (a, \`b,c\`) REFERENCES ?? (a, \`b\`\`c\`) ON DELETE SET NULL ON UPDATE CASCADE,
         CONSTRAINT quiet FOREIGN KEY (note) REFERENCES ?? (a) ON DELETE RESTRICT)`,
      [odd, odd],
    );
  });
  afterAll(async () => {
    await database.admin.query(`DROP USER IF EXISTS ??@'127.0.0.1'`, [reader.user]);
    await database[Symbol.asyncDispose]();
  });

  // Found by proof: information_schema tells one who may only SELECT of no rules at all, and says nothing about it.
  it('are read by one who may only SELECT, whatever their names are', async () => {
    const tables = [`${database.access.database}.child`, `${database.access.database}.gone`];
    expect(await readForeignKeys(reader, tables)).toEqual([
      {
        name: 'odd "name',
        child: `${database.access.database}.child`,
        childColumns: ['a', 'b,c'],
        parent: `${database.access.database}.${odd}`,
        parentColumns: ['a', 'b`c'],
        onDelete: 'set null',
        onUpdate: 'cascade',
      },
    ]);
  });

  it('are waited for by one who may not', async () => {
    await database.admin.query(`REVOKE SELECT ON *.* FROM ??@'127.0.0.1'`, [reader.user]);
    await expect(readForeignKeys(reader, [`${database.access.database}.child`])).rejects.toMatchObject({
      code: 'source-unreachable',
    });
  });
});
