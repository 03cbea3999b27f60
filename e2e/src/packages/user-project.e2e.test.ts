// Somebody's own repository: the packages, a banyan.json, one service. His server first, which Banyan may only read; then one of
// the stack that his file fills.
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureUserStatements } from '@banyan/connectors';
import { Stack } from '@banyan/stack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from 'mysql2/promise';
import { open, rows } from '../database.ts';
import { eventually } from '../eventually.ts';
import { freePorts } from '../free-ports.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LocalRegistry } from './local-registry.ts';
import { packAll } from './pack.ts';
import { UserProject } from './user-project.ts';

const name = `shop_${randomUUID().slice(0, 8)}`;
const sql = `
CREATE DATABASE ${name};
CREATE TABLE ${name}.orders (id BIGINT PRIMARY KEY, total DECIMAL(19,4) NOT NULL);
INSERT INTO ${name}.orders VALUES (1, 12.5), (2, 0);
`;
const projection = `
import { mirror } from '@banyan/kit';

export const projection = mirror({
  name: 'orders',
  tables: {
    orders: { source: '${name}.orders', key: ['id'], path: '/orders', columns: { id: 'bigint', total: 'decimal(19,4)' } },
  },
});
`;
const main = `
import { runService } from '@banyan/kit';
import { projection } from './projection.ts';

process.exitCode = await runService(projection, process.argv.slice(2), process.env);
`;

const ownTest = `
import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import { Fixture } from '@banyan/kit/testkit';
import { projection } from './projection.ts';

it('answers', async () => {
  await using shop = await Fixture.open(projection);
  await shop.put({ orders: [{ id: 7n, total: '3' }] });
  deepEqual((await shop.get('/orders')).data, [{ id: '7', total: '3.0000' }]);
});
`;

describe('a repository of one’s own', () => {
  let project: UserProject;
  let env: Record<string, string>;
  let theirs: Connection;
  const password = `p"w\\d ${randomUUID()}`;
  const server = async () => ({
    accounts: await rows(theirs, 'SELECT user, host FROM mysql.user ORDER BY 1, 2'),
    databases: await rows(theirs, "SHOW DATABASES LIKE 'shop%'"),
  });
  const ordersOf = async () =>
    (JSON.parse(await project.run('curl -sS "$(npx banyan open orders)"', env)) as { data: unknown }).data;

  beforeAll(async () => {
    const folder = await temporaryFolder('packages');
    await using registry = await LocalRegistry.open(await packAll(folder));
    project = await UserProject.make(registry.url);
    await project.run(
      'npm install --no-audit --no-fund @banyan/kit && npm install -D --no-audit --no-fund @banyan/cli fast-check',
    );
    await rm(folder, { recursive: true });
    await project.write('services/orders/src/projection.ts', projection);
    await project.write('services/orders/src/main.ts', main);
    await project.write('services/orders/src/projection.test.ts', ownTest);
    await project.write('services/notes/README.md', 'no service');
    await project.write('shop.sql', sql);
    theirs = await open(await Stack.open(process.env.BANYAN_STACK!).rootAccess('source-db'));
    await theirs.query(sql);
    for (const statement of captureUserStatements({ name, host: '127.0.0.1', password })) await theirs.query(statement);
    env = { BANYAN_PORT_BASE: String(await freePorts(40)) };
  }, 300_000);
  afterAll(async () => {
    await project?.tried('npx banyan down', env);
    await theirs?.query(`DROP DATABASE IF EXISTS ${name}`);
    await theirs?.query(`DROP USER IF EXISTS ${name}@127.0.0.1`);
    await theirs?.end();
    await project?.[Symbol.asyncDispose]();
  }, 120_000);

  it('says what is wrong with the way to one’s own server, before it starts anything', async () => {
    const { port } = await Stack.open(process.env.BANYAN_STACK!).rootAccess('source-db');
    const database = { host: '127.0.0.1', port, user: name };
    await project.write('banyan.json', JSON.stringify({ prefix: name, serverId: 7_123, database }));
    const without = await project.tried('npx banyan up', env);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('set SOURCE_DB_PASSWORD_FILE')]);
    const wrong = await project.tried('npx banyan up', { ...env, SOURCE_DB_PASSWORD: 'wrong' });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining(`Access denied for user '${name}'`)]);
    expect(wrong.stderr).toContain('SOURCE_DB_PASSWORD_FILE or SOURCE_DB_PASSWORD');
    const traffic = await project.tried('npx banyan up --rate 5', env);
    expect([traffic.code, traffic.stderr]).toEqual([2, expect.stringContaining('--rate is that of the bank')]);
  }, 120_000);

  it('has its services filled from there, following it, and proved, and nothing is left on that server', async () => {
    const before = await server();
    const file = join(project.folder, '../password');
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    await project.run('npx banyan up', { ...env, SOURCE_DB_PASSWORD_FILE: file });
    await rm(file);
    expect(await ordersOf()).toEqual([
      { id: '1', total: '12.5000' },
      { id: '2', total: '0.0000' },
    ]);
    await theirs.query(`UPDATE ${name}.orders SET total = 7 WHERE id = 2`);
    await eventually('the change is seen', async () => JSON.stringify(await ordersOf()).includes('7.0000'));
    expect(await project.run('npx banyan prove orders', env)).toMatch(/orders\.orders +mirror +2 +equal/);
    expect(await project.run('npx banyan tail orders --from earliest --limit 1', env)).toContain('12.5000');
    const parts = JSON.parse(await project.run('npx banyan status --json', env)) as { parts: { name: string }[] };
    expect(parts.parts.map((part) => part.name)).toEqual([
      'read-db',
      'kafka',
      'registry',
      'connect',
      'orders',
      'orders-projector',
    ]);
    expect((await project.tried('npx banyan up', env)).stderr).toContain('all of it runs already');
    expect(await server()).toEqual(before);
    const tested = 'BANYAN_STACK=.banyan/local node --test services/orders/src/projection.test.ts';
    expect(await project.run(tested)).toMatch(/pass 1\n/);
    await project.run('npx banyan down', env);
  }, 300_000);

  it('has a server of the stack filled from its file, once', async () => {
    await project.write('banyan.json', JSON.stringify({ prefix: 'shop', database: { load: 'shop.sql' } }));
    const other = { ...env, BANYAN_DATA: join(project.folder, '.banyan/other') };
    try {
      for (const time of ['first', 'second']) {
        const { code, stderr } = await project.tried('npx banyan up', other);
        expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
        expect(stderr.includes('filled from')).toBe(time === 'first');
        const url = (await project.run('npx banyan open orders', other)).trim();
        expect(await (await fetch(url)).json()).toMatchObject({ data: [{ id: '1' }, { id: '2' }] });
        await project.run('npx banyan down', other);
      }
    } finally {
      await project.tried('npx banyan down', other);
    }
  }, 300_000);
});
