import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mysql from 'mysql2/promise';
import { portsFrom, readConfig } from './config.ts';
import { Stack } from './stack.ts';
import { eventually, freeBase, isAlive, newFolder, processesNaming, removeFolder, Scene } from './testing.ts';

const limitMs = 120_000;

describe('a stack of one or two parts', () => {
  let dataDir: string;
  let base: number;
  let stacks: Stack[];
  let scenes: Scene[];
  beforeEach(async () => {
    // Blanks, other letters, and longer than the path of a socket may be.
    dataDir = await newFolder(`a b ü ${'long '.repeat(20)}`);
    base = await freeBase();
    stacks = [];
    scenes = [];
  });
  afterEach(async () => {
    for (const scene of scenes) await scene.end('SIGKILL');
    for (const stack of stacks) await stack.stop();
    expect(await processesNaming(dataDir)).toEqual([]);
    await removeFolder(dataDir);
  }, limitMs);

  const progress = () => {};
  const prepare = async (): Promise<Stack> => {
    const { cacheDir } = readConfig(process.env, { root: dataDir, purpose: 'test', portBase: base });
    const stack = await Stack.prepare({ cacheDir, dataDir, ports: portsFrom(base) }, progress);
    stacks.push(stack);
    return stack;
  };
  const scene = async (...parts: string[]): Promise<Scene> => {
    const one = await Scene.start(['stack', dataDir, String(base), ...parts]);
    scenes.push(one);
    return one;
  };
  const pidOf = async (name: string) => JSON.parse(await readFile(join(dataDir, `run/${name}.json`), 'utf8')).pid;
  const logIn = async (stack: Stack, user?: string, password?: string) => {
    const access = await stack.rootAccess('read-db');
    const connection = await mysql.createConnection({
      ...access,
      ...(user === undefined ? {} : { user, password: password! }),
    });
    return connection;
  };
  const occupy = async (port: number): Promise<Server> => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return server;
  };

  it(
    'keeps its data and its password over a restart, and goes on as the same object',
    async () => {
      const stack = await prepare();
      await stack.start({ parts: ['read-db'], progress });
      const first = await logIn(stack);
      await first.query('CREATE DATABASE kept');
      await first.query('CREATE TABLE kept.t (a INT)');
      await first.query('INSERT INTO kept.t VALUES (7)');
      await first.end();
      await stack.check();
      await stack.stop();
      await stack.start({ parts: ['read-db'], progress });
      const second = await logIn(Stack.open(dataDir));
      expect((await second.query('SELECT a FROM kept.t'))[0]).toEqual([{ a: 7 }]);
      await second.end();
    },
    limitMs,
  );

  it(
    'lets nobody in without the password: no empty root, no anonymous account, no root from elsewhere',
    async () => {
      const stack = await prepare();
      await stack.start({ parts: ['read-db'], progress });
      for (const [user, password] of [
        ['root', ''],
        ['root', 'x'],
        ['', ''],
        ['anybody', ''],
      ] as const) {
        await expect(logIn(stack, user, password)).rejects.toThrow(/Access denied/);
      }
      const root = await logIn(stack);
      const [accounts] = await root.query(
        "SELECT User, Host, JSON_VALUE(Priv, '$.authentication_string') AS proof FROM mysql.global_priv ORDER BY 1, 2",
      );
      expect(accounts).toEqual([
        { User: 'mariadb.sys', Host: 'localhost', proof: '' },
        { User: 'root', Host: '127.0.0.1', proof: expect.stringMatching(/^\*[0-9A-F]{40}$/) },
        { User: 'root', Host: 'localhost', proof: expect.stringMatching(/^\*[0-9A-F]{40}$/) },
      ]);
      await root.end();
    },
    limitMs,
  );

  it(
    'names who has a taken port before it starts anything',
    async () => {
      const stack = await prepare();
      const server = await occupy(stack.ports.kafka);
      try {
        const error = await stack.start({ parts: ['read-db', 'kafka'], progress }).catch((reason) => reason);
        expect(error.code).toBe('port-taken');
        expect(error.message).toMatch(
          new RegExp(
            `^port ${stack.ports.kafka} \\(kafka\\) is taken by pid ${process.pid} \\(.*node.*\\); end it, or move the stack: BANYAN_PORT_BASE`,
          ),
        );
        expect(existsSync(join(dataDir, 'read-db'))).toBe(false);
      } finally {
        await new Promise((done) => server.close(done));
      }
      await stack.start({ parts: ['read-db'], progress });
    },
    limitMs,
  );

  it(
    'stops the others when one dies while starting, and shows the end of its log',
    async () => {
      const stack = await prepare();
      await mkdir(join(dataDir, 'kafka/log'), { recursive: true });
      await writeFile(join(dataDir, 'kafka/log/meta.properties'), 'version=99\n');
      const error = await stack.start({ parts: ['read-db', 'kafka'], progress }).catch((reason) => reason);
      expect(error.code).toBe('part-died');
      expect(error.message).toMatch(/^kafka ended while starting; the end of .*kafka\.log:\n/);
      expect(error.message).toContain('meta.properties');
      expect(await stack.part('read-db').isRunning()).toBe(false);
    },
    limitMs,
  );

  it(
    'starts nothing more after the first failure, however soon it comes',
    async () => {
      const stack = await prepare();
      await writeFile(join(dataDir, 'kafka'), 'in the way');
      await expect(stack.start({ parts: ['read-db', 'kafka'], progress })).rejects.toThrow('EEXIST');
      // Not even what makes the data folder of the other.
      expect(await processesNaming(dataDir)).toEqual([]);
    },
    limitMs,
  );

  it(
    'says which part has ended by itself, and only then',
    async () => {
      const stack = await prepare();
      await stack.start({ parts: ['read-db'], progress });
      await stack.check();
      process.kill(await pidOf('read-db'), 'SIGKILL');
      await eventually('it is seen', async () => !(await stack.part('read-db').isRunning()));
      await expect(stack.check()).rejects.toMatchObject({
        code: 'part-died',
        message: expect.stringMatching(/^read-db has ended/),
      });
    },
    limitMs,
  );

  it(
    'is refused to a second process while the first lives, with its pid, and is stopped by Ctrl-C',
    async () => {
      const first = await scene('read-db');
      await first.said('ready', limitMs);
      await expect(prepare()).rejects.toMatchObject({
        code: 'already-running',
        message: `the stack in ${dataDir} belongs to pid ${first.pid}, which is running; end that one first`,
      });
      const second = await scene('read-db');
      await second.ended();
      expect(second.lines.join('\n')).toContain(`belongs to pid ${first.pid}`);
      expect(await isAlive(await pidOf('read-db'))).toBe(true);
      expect(await first.end('SIGINT')).toBe(0);
      expect(first.lines).toContain('read-db: stopped');
      expect(existsSync(join(dataDir, 'run/owner.json'))).toBe(false);
    },
    limitMs,
  );

  it(
    'is had by one of two that start at the same moment',
    async () => {
      const both = [await scene('read-db'), await scene('read-db')];
      const outcome = (one: Scene) => one.lines.find((line) => /^ready: |belongs to/.test(line));
      await eventually('both have an outcome', () => both.every(outcome), limitMs);
      expect(both.filter((one) => outcome(one)!.startsWith('ready: '))).toHaveLength(1);
      for (const one of both) await one.end('SIGINT');
    },
    limitMs,
  );

  it(
    'is refused to this process when it runs here already',
    async () => {
      const stack = await prepare();
      await stack.start({ parts: ['read-db'], progress });
      const pid = await pidOf('read-db');
      await expect(stack.start({ parts: ['read-db'], progress })).rejects.toThrow(`belongs to pid ${process.pid}`);
      await expect(Stack.open(dataDir).start({ progress })).rejects.toThrow(`belongs to pid ${process.pid}`);
      expect(await pidOf('read-db')).toBe(pid);
    },
    limitMs,
  );

  it(
    'stops everything at Ctrl-C while it is starting',
    async () => {
      const one = await scene('read-db', 'kafka');
      await eventually('the first part has a process', () => existsSync(join(dataDir, 'run/kafka.json')), limitMs);
      expect(await one.end('SIGINT')).toBe(0);
      expect(one.lines).toContain('failed: SIGINT');
      expect(await processesNaming(dataDir)).toEqual([]);
    },
    limitMs,
  );

  it(
    'ends at once at an abort while a data folder is being made, and leaves none',
    async () => {
      const stack = await prepare();
      const stop = new AbortController();
      const starting = stack.start({ parts: ['read-db'], progress, signal: stop.signal });
      await eventually('it has begun', () => existsSync(join(dataDir, 'read-db')), limitMs);
      stop.abort(new Error('enough'));
      await expect(starting).rejects.toThrow('enough');
      expect(existsSync(join(dataDir, 'read-db/data'))).toBe(false);
      await stack.start({ parts: ['read-db'], progress });
    },
    limitMs,
  );

  it(
    'is stopped from another process without harm to the owner',
    async () => {
      const owner = await scene('read-db');
      await owner.said('ready', limitMs);
      await Stack.open(dataDir).stop();
      expect(await isAlive(owner.pid)).toBe(true);
      expect(existsSync(join(dataDir, 'run/owner.json'))).toBe(true);
      expect(await owner.end('SIGINT')).toBe(0);
    },
    limitMs,
  );

  it('tells where nothing was ever started', () => {
    expect(() => Stack.open(dataDir)).toThrow(`no stack in ${dataDir}; start one with: make demo`);
  });
});
