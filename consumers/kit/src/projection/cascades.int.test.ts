import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CapturedSource } from '../testkit/captured-source.ts';
import { mirror, type Projection } from './declaration.ts';
import { query } from './query.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

describe('cascades at the source', () => {
  let captured: CapturedSource;
  const run = (sql: string) => captured.source.query(sql);
  const table = (name: string, key: string[], columns: Record<string, string>) => ({
    source: `${captured.name}.${name}`,
    key,
    columns,
  });
  const tables = () => ({
    branches: table('branches', ['code'], { code: 'varchar(4) collate utf8mb4_general_ci', city: 'varchar(20)' }),
    owners: table('owners', ['id'], { id: 'int', branch: 'varchar(4) collate utf8mb4_general_ci' }),
    cards: table('cards', ['id'], { id: 'int', owner_id: 'int' }),
    uses: table('uses', ['id'], { id: 'int', card_id: 'int' }),
  });

  beforeAll(async () => {
    captured = await CapturedSource.open();
    for (const statement of [
      'CREATE TABLE branches (code VARCHAR(4) COLLATE utf8mb4_general_ci PRIMARY KEY, city VARCHAR(20))',
      `CREATE TABLE owners (id INT PRIMARY KEY, branch VARCHAR(4) COLLATE utf8mb4_general_ci NULL,
         CONSTRAINT at_branch FOREIGN KEY (branch) REFERENCES branches (code) ON UPDATE CASCADE ON DELETE SET NULL)`,
      `CREATE TABLE cards (id INT PRIMARY KEY, owner_id INT NOT NULL,
         CONSTRAINT of_owner FOREIGN KEY (owner_id) REFERENCES owners (id) ON DELETE CASCADE)`,
      `CREATE TABLE uses (id INT PRIMARY KEY, card_id INT NOT NULL,
         CONSTRAINT of_card FOREIGN KEY (card_id) REFERENCES cards (id) ON DELETE CASCADE)`,
      "INSERT INTO branches VALUES ('nord', 'Kiel'), ('sued', 'Ulm')",
      "INSERT INTO owners SELECT seq, IF(seq % 2, 'nord', 'sued') FROM seq_1_to_20",
      'INSERT INTO cards SELECT seq, 1 + seq % 20 FROM seq_1_to_60',
      'INSERT INTO uses SELECT seq, 1 + seq % 60 FROM seq_1_to_3000',
    ])
      await run(statement);
    await captured.capture(['branches', 'owners', 'cards', 'uses']);
  });
  afterAll(() => captured[Symbol.asyncDispose](), 60_000);

  const differences = async () => {
    const found: string[] = [];
    for (const [name, { key }] of Object.entries(tables())) {
      const sql = `SELECT * FROM ${name} ORDER BY ${key[0]}`;
      const [source, read] = [await captured.texts('source', sql), await captured.texts('read', sql)];
      if (JSON.stringify(source) !== JSON.stringify(read))
        found.push(`${name}: ${source.length} and ${read.length} rows`);
    }
    return found;
  };

  it('reach mirrors and queries over three levels, with keys that change, in one transaction and in many', async () => {
    const projection = query({
      name: 'uses-of-cards',
      from: tables(),
      tables: {
        owner_uses: {
          key: ['owner_id'],
          group: ['owner_id'],
          columns: { owner_id: 'int', branch: 'varchar(4) collate utf8mb4_general_ci', use_count: 'bigint' },
          select: `SELECT o.id AS owner_id, o.branch, COUNT(u.id) AS use_count FROM owners o
                   LEFT JOIN cards c ON c.owner_id = o.id LEFT JOIN uses u ON u.card_id = c.id GROUP BY o.id, o.branch`,
          dirty: {
            owners: { owner_id: 'id' },
            cards: { owner_id: 'owner_id' },
            uses: 'SELECT c.owner_id FROM cards c JOIN changed u ON c.id = u.card_id',
            branches: 'SELECT o.id AS owner_id FROM owners o JOIN changed b ON o.branch = b.code',
          },
        },
      },
    });
    const { select } = projection.queries[0]!;
    // The first commit after the snapshot tells the position.
    await run('CREATE TABLE unrelated (id INT PRIMARY KEY)');
    await run('INSERT INTO unrelated VALUES (1)');
    await captured.catchUp(projection);
    expect(await differences()).toEqual([]);

    await run('DELETE FROM owners WHERE id IN (3, 4)');
    await run("UPDATE branches SET code = 'NORD' WHERE code = 'nord'");
    await run("UPDATE branches SET code = 'west' WHERE code = 'sued'");
    // Children that come after their parent came again must stay.
    await run(`START TRANSACTION; DELETE FROM owners WHERE id = 5; INSERT INTO owners VALUES (5, 'west');
               INSERT INTO cards VALUES (500, 5); INSERT INTO uses VALUES (50000, 500); DELETE FROM cards WHERE owner_id = 6; COMMIT`);
    await run("DELETE FROM branches WHERE code = 'west'");
    // One key in two spellings; changed and changed back; deleted and inserted again, and the other way round.
    await run("INSERT INTO branches VALUES ('ost', 'Jena'), ('Süd', 'Ulm')");
    await run("INSERT INTO owners VALUES (100, 'OST'), (101, 'süd')");
    await run(`START TRANSACTION; UPDATE branches SET code = 'mitt' WHERE code = 'OST'; UPDATE branches SET code = 'Ost' WHERE code = 'mitt';
               UPDATE branches SET city = 'Gera' WHERE code = 'oSt'; COMMIT`);
    await run(
      `START TRANSACTION; DELETE FROM branches WHERE code = 'süd'; INSERT INTO branches VALUES ('SÜD', 'Lahr'); COMMIT`,
    );
    await run(
      `START TRANSACTION; INSERT INTO branches VALUES ('neu', 'Bonn'); DELETE FROM branches WHERE code = 'NEU'; COMMIT`,
    );
    await run(`START TRANSACTION; DELETE FROM owners WHERE id = 101; INSERT INTO owners VALUES (101, 'nOrd');
               UPDATE owners SET id = 102 WHERE id = 101; UPDATE owners SET id = 101 WHERE id = 102; COMMIT`);
    await captured.catchUp(projection);
    expect(await differences()).toEqual([]);
    const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
    const there = sorted(await captured.texts('source', `SELECT owner_id, branch, use_count FROM (${select}) q`));
    expect(sorted(await captured.texts('read', 'SELECT owner_id, branch, use_count FROM owner_uses'))).toEqual(there);
    expect(there).toHaveLength(20);
  });

  it.each<[string, () => Projection, string]>([
    [
      'a child without its parent',
      () => mirror({ name: 'alone', tables: { cards: tables().cards } }),
      'declare KIT.owners too',
    ],
    [
      'a child without its column',
      () => {
        const { owners, cards } = tables();
        return mirror({
          name: 'alone',
          tables: { branches: tables().branches, owners, cards: { ...cards, columns: { id: 'int' } } },
        });
      },
      'declare its column owner_id',
    ],
  ])('stop a projection of %s, which could not see them', async (_, declared, remedy) => {
    await captured.read.query('DROP DATABASE ??', [captured.name]);
    await captured.read.query('CREATE DATABASE ??', [captured.name]);
    const { code, reason } = await captured.untilStopped(declared());
    expect(code).toBe('declaration');
    expect(reason).toContain('of_owner');
    expect(reason).toContain('ON DELETE CASCADE');
    expect(reason).toContain(remedy.replace('KIT', captured.name));
  });
});
