// A process for tests to kill: node testing-main.ts SCENE ARG…; it prints `key: value` lines.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fetchArtefacts } from './artefacts.ts';
import { type PartName, portsFrom, readConfig } from './config.ts';
import { tryLock } from './lock.ts';
import { Part } from './part.ts';
import { Stack } from './stack.ts';
import { runTool } from './tool.ts';

const say = (key: string, value: unknown): void => console.log(`${key}: ${value}`);

const scenes: Readonly<Record<string, (...args: string[]) => Promise<void>>> = {
  /** Starts parts of a stack as the demo does, and stops them at a signal. */
  stack: async (dataDir, base, ...parts) => {
    const stop = new AbortController();
    const stopped = new Promise((done) => stop.signal.addEventListener('abort', done));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error(signal)));
    const keepAlive = setInterval(() => {}, 60_000);
    const { cacheDir } = readConfig(process.env, { root: dataDir!, purpose: 'test', portBase: Number(base) });
    const stack = await Stack.prepare({ cacheDir, dataDir: dataDir!, ports: portsFrom(Number(base)) }, say);
    const some = parts.length > 0 ? { parts: parts as PartName[] } : {};
    try {
      await stack.start({ ...some, progress: say, signal: stop.signal });
      say('ready', process.pid);
      await stopped;
    } catch (error) {
      say('failed', (error as Error).message);
    }
    await stack.stop(say);
    say('over', process.pid);
    clearInterval(keepAlive);
  },

  /** Holds a lock until it is killed. */
  lock: async (folder) => {
    setInterval(() => {}, 60_000);
    say('lock', (await tryLock('test', folder!)) ? 'taken' : 'refused');
  },

  /** Runs a tool that says its pid and never ends. */
  tool: async () => {
    await runTool(['/bin/sh', '-c', 'echo "$$"; exec sleep 600'], { line: (pid) => say('tool', pid) });
  },

  /** Is killed after it has spawned a part's process and before that process is on record. */
  'killed-before-record': async (dataDir, touched) => {
    fs.rename = async (from, to) => {
      if (!String(to).endsWith('victim.json')) return;
      say('half-way', String(from));
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    };
    syncBuiltinESMExports();
    const command = ['/bin/sh', '-c', 'touch "$0"; exec tail -f "$0"', touched!] as const;
    const rest = { ports: [], graceMs: 1000, prepare: async () => {}, answers: async () => {} };
    await new Part({ name: 'victim', command, ...rest }, dataDir!).start();
  },

  fetch: async (cacheDir, poms) => {
    const artefacts = await fetchArtefacts(cacheDir!, (text) => say('fetch', text), { poms: poms! });
    say('fetched', artefacts.kafka);
  },
};

const [scene = '', ...args] = process.argv.slice(2);
await scenes[scene]!(...args);
