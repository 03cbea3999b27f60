import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProject } from './project.ts';

describe('a project', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-project-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const of = async (content: unknown) => {
    await writeFile(join(folder, 'banyan.json'), typeof content === 'string' ? content : JSON.stringify(content));
    return () => findProject(folder);
  };

  it('is that of the nearest banyan.json upward, with defaults for what it leaves out', async () => {
    await of({ prefix: 'shop' });
    const deep = join(folder, 'services/orders/src');
    await mkdir(deep, { recursive: true });
    expect(findProject(deep)).toEqual({
      folder,
      prefix: 'shop',
      services: join(folder, 'services'),
      server: null,
      load: null,
      withheld: [],
      serverId: 5400,
      hasBank: false,
    });
  });

  it('says where its source is: a server of one’s own, or one of the stack that a file fills', async () => {
    const own = await of({ prefix: 'shop', database: { host: 'db.internal' } });
    expect(own()).toMatchObject({ server: { host: 'db.internal', port: 3306, user: 'capture' }, load: null });
    const loaded = await of({ prefix: 'shop', database: { load: 'shop.sql' } });
    expect(loaded()).toMatchObject({ server: null, load: join(folder, 'shop.sql') });
  });

  it('names every field that is wrong, and where', async () => {
    const wrong = {
      services: '../elsewhere',
      database: { host: 'a b', port: 0, pasword: 'x' },
      withheld: ['pan'],
      prefx: 1,
    };
    expect(await of(wrong)).toThrow(
      [
        `${join(folder, 'banyan.json')}: prefix is missing; it has to be a name of letters, digits, _ and -`,
        `services is "../elsewhere"; it has to be a path in the project's folder`,
        'withheld is ["pan"]; it has to be a list of database.table.column',
        'database.host is "a b"; it has to be a name or an address',
        'database.port is 0; it has to be a whole number from 1 to 65535',
        'there is no field prefx',
        'there is no field database.pasword',
      ].join('; '),
    );
    expect(await of('{"prefix": ')).toThrow(`${join(folder, 'banyan.json')}: `);
    expect(await of([])).toThrow('it is not an object');
  });

  it('is missed by name', async () => {
    await rm(join(folder, 'banyan.json'));
    expect(() => findProject(folder)).toThrow(`there is no banyan.json in ${folder}, nor in a folder above it`);
  });
});
