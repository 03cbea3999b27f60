// What goes wrong on the first day: each is told once, with where it is and what to do, and nothing is written.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureUserStatements } from '@banyan/connectors';
import { Stack } from '@banyan/stack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mysql, { type Connection } from 'mysql2/promise';
import { root as checkout } from '../testing-cli.ts';

const name = `new_${randomUUID().slice(0, 8)}`;
const password = 'p a"s$s';

describe('a newcomer', () => {
  let source: Connection;
  let port = 0;
  let folder = '';

  beforeAll(async () => {
    const access = await Stack.open(process.env.BANYAN_STACK!).rootAccess('source-db');
    port = access.port;
    source = await mysql.createConnection({ ...access, multipleStatements: true });
    await source.query(`CREATE DATABASE ${name}; USE ${name};
      CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(80) NOT NULL, city VARCHAR(80), passwd CHAR(40));
      CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id INT NOT NULL, total DECIMAL(9,2) NOT NULL,
        FOREIGN KEY (customer_id) REFERENCES customer (id));
      CREATE TABLE log (at DATETIME NOT NULL);
      INSERT INTO customer VALUES (1, 'Anna Muster', 'Bern', 'x'), (2, 'Bob Beispiel', NULL, 'y');
      INSERT INTO orders VALUES (7, 1, 12.5), (8, 1, 0.5);`);
    for (const statement of captureUserStatements({ name, host: '127.0.0.1', password })) await source.query(statement);
  });
  afterAll(async () => {
    await source?.query(`DROP DATABASE IF EXISTS ${name}; DROP USER IF EXISTS ${name}@127.0.0.1`);
    await source?.end();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await rm(folder, { recursive: true, force: true });
    folder = await mkdtemp(join(tmpdir(), 'banyan-newcomer-'));
  });

  interface Ended {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  }
  const banyan = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    new Promise((done) => {
      const own = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env };
      execFile(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', join(checkout, 'cli/src/main.ts'), ...args],
        { cwd: folder, env: own },
        (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  const url = (at = port) => `mariadb://${name}@127.0.0.1:${at}`;
  const init = (env: Record<string, string> = { SOURCE_DB_PASSWORD: password }, at = port) =>
    banyan(['init', '--database', url(at), '--prefix', 'shop'], env);
  const written = async () => (await readdir(folder)).filter((file) => file !== '.banyan').sort();

  it('with the wrong port, the wrong password, none, or one in the URL is told so', async () => {
    const wrongPort = await init({ SOURCE_DB_PASSWORD: password }, 1);
    expect([wrongPort.code, wrongPort.stderr]).toEqual([
      1,
      expect.stringContaining('no MariaDB answers on 127.0.0.1:1:'),
    ]);
    expect(wrongPort.stderr).toContain('look at host and port');
    const wrong = await init({ SOURCE_DB_PASSWORD: 'wrong' });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining(`does not let ${name} in: Access denied`)]);
    expect(wrong.stderr).toContain('is the password right? SOURCE_DB_PASSWORD_FILE');
    const none = await init({});
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('set SOURCE_DB_PASSWORD_FILE')]);
    const shown = await banyan(['init', '--database', `mariadb://${name}:geheim@127.0.0.1:${port}`]);
    expect([shown.code, shown.stderr]).toEqual([2, expect.stringContaining('the URL has a password in it')]);
    expect(shown.stderr).not.toContain('geheim');
    const unknown = await banyan(['init']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('--database mariadb://capture@')]);
    expect(await written()).toEqual([]);
  });

  it('whose account lacks a right is told which, and nothing is written', async () => {
    await source.query(`REVOKE RELOAD ON *.* FROM ${name}@127.0.0.1`);
    const poor = await init();
    await source.query(`GRANT RELOAD ON *.* TO ${name}@127.0.0.1`);
    expect([poor.code, poor.stderr]).toEqual([1, expect.stringContaining(`${name} does not have the rights RELOAD`)]);
    expect(await written()).toEqual([]);
  });

  it('outside of a project is told how to make one; in one, that it is', async () => {
    const outside = await banyan(['new', 'service', 'orders']);
    expect([outside.code, outside.stderr]).toEqual([2, expect.stringContaining('make this folder one: banyan init')]);
    const made = await init();
    expect([made.code, made.code === 0 ? '' : made.stderr]).toEqual([0, '']);
    expect(await written()).toEqual(['.gitignore', 'banyan.json', 'package.json']);
    expect(JSON.parse(await readFile(join(folder, 'banyan.json'), 'utf8'))).toMatchObject({
      prefix: 'shop',
      withheld: expect.arrayContaining([`${name}.customer.passwd`]),
    });
    const again = await init();
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('banyan.json is there already')]);
  });

  it('keeps what is in package.json and .gitignore', async () => {
    await writeFile(join(folder, 'package.json'), '{"name": "mine", "scripts": {"start": "x"}}');
    await writeFile(join(folder, '.gitignore'), '/node_modules\n*.log');
    await init();
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe('{"name": "mine", "scripts": {"start": "x"}}');
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('/node_modules\n*.log\n.banyan/\n');
  });

  it('is told the tables, an unknown one, a taken name, and never loses a file', async () => {
    await init();
    const args = ['--database', name];
    const proposed = await banyan(['new', 'service', 'orders', ...args]);
    expect(proposed.stdout).toMatch(new RegExp(`${name}.log +\\d+ +no primary key: no mirror`));
    const unknown = await banyan(['new', 'service', 'orders', ...args, '--tables', 'order']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('has no table order; did you mean orders?'),
    ]);
    const noDatabase = await banyan(['new', 'service', 'orders', '--database', 'nowhere']);
    expect([noDatabase.code, noDatabase.stderr]).toEqual([
      1,
      expect.stringContaining("no table in a database 'nowhere'"),
    ]);
    await mkdir(join(folder, 'services/orders'), { recursive: true });
    await writeFile(join(folder, 'services/orders/notes.txt'), 'mine');
    const taken = await banyan(['new', 'service', 'orders', ...args, '--tables', 'orders']);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('is there already, with notes.txt')]);
    expect(await readdir(join(folder, 'services/orders'))).toEqual(['notes.txt']);
    const part = await banyan(['new', 'service', 'kafka', ...args, '--tables', 'orders']);
    expect([part.code, part.stderr]).toEqual([2, expect.stringContaining('the name of something else')]);
  });

  it('is told what is wrong with a SELECT: the clock, a column, a key, NULL in one', async () => {
    await init();
    const asked = async (select: string) => {
      await writeFile(join(folder, 'q.sql'), select);
      const { code, stderr } = await banyan(['new', 'service', 'sales', '--database', name, '--select', 'q.sql']);
      return `${code} ${stderr}`;
    };
    expect(await asked('SELECT o.id, NOW() AS now FROM orders o')).toMatch(
      /^1 .*select, line 1: now\(\): take the time from a column/,
    );
    expect(await asked('SELECT o.idd FROM orders o')).toMatch(/^2 .*Unknown column 'o.idd'/);
    expect(await asked('SELECT COUNT(*) AS n FROM orders o')).toMatch(/^2 .*it gives one row.*write GROUP BY/);
    expect(await asked('SELECT c.city, COUNT(*) AS n FROM customer c GROUP BY c.city')).toMatch(
      /^2 .*c.city is of the key, and may be NULL; write WHERE c.city IS NOT NULL/,
    );
    expect(await asked('SELECT c.id, c.passwd FROM customer c')).toMatch(
      /^2 .*customer.passwd is withheld by banyan.json/,
    );
    expect(await asked('SELECT o.id, (SELECT 1) AS one FROM orders o')).toMatch(
      /^2 .*it has no FROM in a SELECT within it; say it .*-- key: id/,
    );
    expect(await readdir(join(folder, 'services')).catch(() => [])).toEqual([]);
  });

  it('gets a service without a name of anybody in it', async () => {
    await init();
    await banyan(['new', 'service', 'orders', '--database', name, '--tables', 'orders,customer']);
    await writeFile(
      join(folder, 'q.sql'),
      '-- key: id\nSELECT o.id, (SELECT MAX(q.name) FROM (SELECT c.id, c.name FROM customer c) q WHERE q.id = o.customer_id) AS name FROM orders o',
    );
    const { code, stderr } = await banyan(['new', 'service', 'named', '--database', name, '--select', 'q.sql']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('customer: every group becomes dirty with each change of it'),
    ]);
    const files = await readdir(join(folder, 'services'), { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    expect(texts.length).toBe(18);
    expect(texts.join('\n')).not.toMatch(/Muster|Beispiel|Bern/);
    expect(texts.join('\n')).toMatch(/name: '[A-Z][a-z]{3} [A-Z][a-z]{5}'/);
  });
});
