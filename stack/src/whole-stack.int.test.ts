import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PartName, partNames } from './config.ts';
import { Stack } from './stack.ts';
import { eventually, freeBase, isAlive, newFolder, processesNaming, removeFolder, Scene } from './testing.ts';

const limitMs = 300_000;

describe('the whole stack', () => {
  let dataDir: string;
  let base: number;
  let stack: Stack;
  let owner: Scene;
  let firstPids: number[];
  beforeAll(async () => {
    dataDir = await newFolder('whole');
    base = await freeBase();
    owner = await Scene.start(['stack', dataDir, String(base)]);
    await owner.said('ready', limitMs);
    stack = Stack.open(dataDir);
    firstPids = await pids();
  }, limitMs);
  afterAll(async () => {
    await owner?.end('SIGKILL');
    await stack?.stop();
    await removeFolder(dataDir);
  }, limitMs);

  const pids = () =>
    Promise.all(
      partNames.map(
        async (name) => JSON.parse(await readFile(join(dataDir, `run/${name}.json`), 'utf8')).pid as number,
      ),
    );
  const register = async (subject: string, schema: unknown): Promise<number> => {
    const response = await fetch(`${stack.registryUrl}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(schema) }),
    });
    const answer = (await response.json()) as { id: number };
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer.id;
  };
  const schemaOf = async (id: number): Promise<unknown> => {
    const response = await fetch(`${stack.registryUrl}/schemas/ids/${id}`);
    const text = await response.text();
    return response.ok ? JSON.parse((JSON.parse(text) as { schema: string }).schema) : text;
  };
  const schema = (name: string) => ({ type: 'record', name, fields: [{ name: 'id', type: 'long' }] });
  const again = async (name: PartName) => {
    await stack.part(name).start();
    await stack.part(name).untilReady(120_000, () => {});
  };
  const names = ['A', 'B', 'C'];
  const ids: number[] = [];

  it('says when each part answers', () => {
    for (const name of partNames) {
      expect(owner.lines).toContainEqual(
        expect.stringMatching(new RegExp(`^${name}: answers on 127\\.0\\.0\\.1:\\d+ after`)),
      );
    }
  });

  it('listens on 127.0.0.1 alone', async () => {
    const table = `${await readFile('/proc/net/tcp', 'utf8')}\n${await readFile('/proc/net/tcp6', 'utf8')}`;
    const listening = new Map(
      table.split('\n').flatMap((line): [string, string][] => {
        const fields = line.trim().split(/\s+/);
        return fields[3] === '0A' ? [[`socket:[${fields[9]}]`, fields[1]!]] : [];
      }),
    );
    const found: string[] = [];
    for (const pid of firstPids) {
      for (const fd of await readdir(`/proc/${pid}/fd`)) {
        const address = listening.get(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''));
        if (address) found.push(address);
      }
    }
    const expected = Object.values(stack.ports).map((port) => `0100007F:${port.toString(16).toUpperCase()}`);
    expect(found.sort()).toEqual(expected.sort());
  });

  it('has the connector and the converter of the bridge', async () => {
    const plugins = (await (await fetch(`${stack.connectUrl}/connector-plugins?connectorsOnly=false`)).json()) as {
      class: string;
    }[];
    expect(plugins.map((plugin) => plugin.class)).toEqual(
      expect.arrayContaining([
        'io.debezium.connector.mariadb.MariaDbConnector',
        'io.apicurio.registry.utils.converter.AvroConverter',
        'dev.banyan.NullKeepingAvroConverter',
      ]),
    );
  });

  it('keeps its secrets in files of its own, out of command lines, environments and logs', async () => {
    const passwords = await Promise.all(
      ['source-db-root', 'read-db-root'].map((name) => stack.credentials.password(name)),
    );
    for (const name of await readdir(stack.credentials.folder)) {
      expect((await stat(join(stack.credentials.folder, name))).mode & 0o777).toBe(0o600);
    }
    const files = [
      ...(await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => `/proc/${pid}/cmdline`),
      ...firstPids.map((pid) => `/proc/${pid}/environ`),
      ...(await readdir(join(dataDir, 'log'))).map((name) => join(dataDir, 'log', name)),
      join(dataDir, 'connect/worker.properties'),
      join(dataDir, 'stack.json'),
    ];
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    const told = files.filter((_, index) => passwords.some((password) => texts[index]!.includes(password)));
    expect(told).toEqual([]);
    expect(texts.filter((text) => text.includes('ready for connections'))).toHaveLength(2);
  });

  it(
    'gives a schema the same id again after a killed registry',
    async () => {
      // Several, quickly: what is written late, if anything, is not written by the end of the last one.
      for (const name of names) ids.push(await register(name, schema(name)));
      await stack.part('registry').kill();
      await again('registry');
      // Asked for before they are registered again, which would hide a loss: the next free ids would be the same.
      expect(await Promise.all(ids.map(schemaOf))).toEqual(names.map(schema));
      expect(await register('A', schema('A'))).toBe(ids[0]);
      ids.push(await register('D', schema('D')));
      expect(new Set(ids).size).toBe(4);
    },
    limitMs,
  );

  it(
    'after kill -9 of its owner is ended and started by the next one, with the same schemas',
    async () => {
      const left = await pids();
      await owner.end('SIGKILL');
      expect((await Promise.all(left.map(isAlive))).every(Boolean)).toBe(true);
      owner = await Scene.start(['stack', dataDir, String(base)]);
      await owner.said('ready', limitMs);
      for (const name of partNames) expect(owner.lines).toContain(`${name}: a leftover of an earlier run was ended`);
      expect((await Promise.all(left.map(isAlive))).some(Boolean)).toBe(false);
      expect(await Promise.all(ids.map(schemaOf))).toEqual([...names, 'D'].map(schema));
      expect(await register('B', schema('B'))).toBe(ids[1]);
      ids.push(await register('E', schema('E')));
      expect(new Set(ids).size).toBe(5);
    },
    limitMs,
  );

  it(
    'is gone after Ctrl-C',
    async () => {
      const running = await pids();
      expect(await owner.end('SIGINT')).toBe(0);
      expect((await Promise.all(running.map(isAlive))).some(Boolean)).toBe(false);
      await eventually('nothing names its folder', async () => (await processesNaming(dataDir)).length === 0);
      expect(await readdir(join(dataDir, 'run'))).toEqual([]);
    },
    limitMs,
  );
});
