import { join } from 'node:path';
import { type Part, readConfig, Stack } from '@banyan/stack';
import { type BankParts, bankParts } from './bank-parts.ts';
import { applyConnector } from './connector.ts';
import { followTransfer } from './story.ts';
import { makeUsers } from './users.ts';

const root = join(import.meta.dirname, '../..');
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const say = (who: string, text: string): void => console.error(`  ${who.padEnd(10)} ${text}`);

function config() {
  return readConfig(process.env, { root, purpose: 'demo', portBase: 27_600 });
}

/** Starts everything, tells the story, and stays until a signal; whatever happens, all of it is stopped again. */
export async function demo(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () =>
      stop.abort(Object.assign(new Error('interrupted; everything is stopped'), { code: 'interrupted' })),
    );
  }
  const since = Date.now();
  console.error('Banyan: a bank, its change stream, and a service beside it\n');
  const { ports, ...folders } = config();
  const stack = await Stack.prepare({ ...folders, ports }, say);
  const parts = await bankParts(stack, ports['source-db']);
  try {
    for (const part of outside(parts)) await part.stop();
    await stack.start({ progress: say, signal: stop.signal });
    await makeUsers(stack);
    await bringUp(parts.bank, stop.signal);
    say('bank', await parts.seed());
    await bringUp(parts.traffic, stop.signal);
    await applyConnector(stack, (text) => say('connector', text), stop.signal);
    await Promise.all([parts.projector, parts.api].map((part) => bringUp(part, stop.signal)));
    console.log(
      `\nAll of it runs after ${seconds(since)}. One transfer, followed:\n\n${await followTransfer(parts, stop.signal)}\n`,
    );
    if (process.env.ONCE || !process.stdout.isTTY) return;
    await parts.traffic.start();
    console.log('Everything runs until Ctrl-C; the bank has five transfers a second meanwhile.');
    await stay(stack, parts, stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    for (const part of outside(parts)) await part.stop();
    await stack.stop();
    say('stopped', `all of it; the data stay in ${stack.dataDir}`);
  }
}

/** Ends what a demo has left running. */
export async function down(): Promise<void> {
  const { ports, dataDir } = config();
  let stack: Stack;
  try {
    stack = Stack.open(dataDir);
  } catch {
    return say('down', 'nothing was ever started here');
  }
  for (const part of outside(await bankParts(stack, ports['source-db'])))
    if (await part.stop()) say(part.name, 'stopped');
  await stack.stop(say);
}

const outside = (parts: BankParts): Part[] => [parts.projector, parts.api, parts.traffic, parts.bank];

async function bringUp(part: Part, signal: AbortSignal): Promise<void> {
  const since = Date.now();
  await part.start();
  let told = since;
  await part.untilReady(
    120_000,
    (reason) => {
      if (Date.now() - told < 3000) return;
      told = Date.now();
      say(part.name, `waiting (${reason})`);
    },
    signal,
  );
  const [port] = part.ports;
  say(part.name, port === undefined ? 'goes on' : `answers on 127.0.0.1:${port} after ${seconds(since)}`);
}

/** Resolves at the signal; throws when a part ends by itself. */
async function stay(stack: Stack, parts: BankParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, 1000);
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          done();
        },
        { once: true },
      );
    });
    if (signal.aborted) return;
    await stack.check();
    for (const part of outside(parts)) {
      if (!(await part.isRunning()))
        throw new Error(`${part.name} has ended; the end of ${part.logFile}:\n${part.logTail()}`);
    }
  }
}
