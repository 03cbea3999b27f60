import { type Part, type Progress, Stack, type StackConfig } from '@banyan/stack';
import { applyLocally } from './connector/local.ts';
import type { BankParts } from './parts/bank-parts.ts';
import { writeFacadeSecrets } from './parts/facade-parts.ts';
import { placeService, placeServices, type ServiceParts, servicePartsIn } from './parts/service-parts.ts';
import { project } from './project/project.ts';
import { keepSourcePassword, loadSource, partsHere } from './project/source.ts';
import type { Service } from './services.ts';
import { startableTarget, stopAround, type Target } from './target.ts';
import { makeFacade, makeReadModel, makeSourceUsers, makeWriteBack } from './users.ts';

export interface StartOptions {
  readonly config: StackConfig;
  /** To be started; the tables of all services of the project are captured in any case. */
  readonly services: readonly Service[];
  /** Of the account on a server of the project's own; null: as it is kept. */
  readonly sourcePassword?: string | null;
  /** The bank's transactions a second; 0 for no traffic. */
  readonly rate: number;
  /** The APIs check tokens, of an issuer that is started with them. */
  readonly auth?: boolean;
  readonly say: Progress;
  readonly signal: AbortSignal;
}

/** How long a read model may take to fill. */
export const fillLimitMs = 1_800_000;

export const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Starts the stack, the bank, the connector and the services, and waits until each works; leftovers of an earlier run are ended
 * first. After a failure or an abort everything is stopped again before it throws: StackError, ConnectError, CliError, or the
 * abort's reason.
 */
export async function startAll(options: StartOptions): Promise<Target> {
  const { config, services, rate, auth = false, sourcePassword = null, say, signal } = options;
  const stack = await Stack.prepare(config, say, signal);
  let target = await startableTarget(stack, rate);
  try {
    await stopAround(target);
    placeServices(stack, services, auth);
    target = await startableTarget(stack, rate);
    if (project().server) await keepSourcePassword(stack, sourcePassword);
    await stack.start({ parts: partsHere(), progress: say, signal });
    if (!project().server) await makeSource(stack, say);
    if (target.bank) await bringUpBank(target.bank, rate, say, signal);
    await applyLocally(stack, (text) => say('connector', text), signal);
    for (const issuer of target.issuer) await bringUp(issuer, say, signal);
    for (const service of services) await makeWriteBack(stack, service);
    await Promise.all(target.services.map((one) => bringUpService(stack, one, say, signal)));
    await bringUpFacade(target, say, signal);
    return target;
  } catch (error) {
    await stopAll(target);
    throw signal.aborted ? signal.reason : error;
  }
}

async function makeSource(stack: Stack, say: Progress): Promise<void> {
  await makeSourceUsers(stack);
  if (await loadSource(stack)) say('source-db', `filled from ${project().load}`);
}

async function bringUpBank(bank: BankParts, rate: number, say: Progress, signal: AbortSignal): Promise<void> {
  await bringUp(bank.bank, say, signal);
  say('bank', await bank.seed());
  if (rate > 0) await bringUp(bank.traffic, say, signal);
}

/** Starts a service beside what runs, and waits until it is filled. Throws CliError `not-captured` when it reads more than is. */
export async function addService(
  stack: Stack,
  service: Service,
  say: Progress,
  signal: AbortSignal,
): Promise<ServiceParts> {
  await applyLocally(stack, (text) => say('connector', text), signal);
  placeService(stack, service);
  await makeWriteBack(stack, service);
  const parts = servicePartsIn(stack).find(({ name }) => name === service.name)!;
  try {
    await bringUpService(stack, parts, say, signal);
  } catch (error) {
    for (const part of [parts.projector, parts.api]) await part.stop();
    throw signal.aborted ? signal.reason : error;
  }
  return parts;
}

/** Starts it where there is one that does not run. */
export async function bringUpFacade({ stack, facade }: Target, say: Progress, signal: AbortSignal): Promise<void> {
  if (!facade || (await facade.facade.isRunning())) return;
  await makeFacade(stack);
  await writeFacadeSecrets(stack);
  await bringUp(facade.facade, say, signal);
}

async function bringUpService(
  stack: Stack,
  { name, projector, api }: ServiceParts,
  say: Progress,
  signal: AbortSignal,
) {
  await makeReadModel(stack, name);
  await Promise.all([projector, api].map((part) => bringUp(part, say, signal, fillLimitMs)));
}

/** Starts the bank's business, at another rate when it goes on already. */
export async function startTraffic(stack: Stack, rate: number): Promise<void> {
  const { traffic } = (await startableTarget(stack, rate)).bank!;
  await traffic.stop();
  await traffic.start();
}

/** Services that another process has added meanwhile are among what ends. */
export async function stopAll({ stack }: Target): Promise<void> {
  await stopAround(await startableTarget(stack, 0));
  await stack.stop();
}

export async function bringUp(part: Part, say: Progress, signal: AbortSignal, limitMs = 120_000): Promise<void> {
  const since = Date.now();
  await part.start();
  let told = since;
  await part.untilReady(
    limitMs,
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
export async function stay({ stack, around, bank }: Target, hasTraffic: boolean, signal: AbortSignal): Promise<void> {
  const watched = around.filter((part) => hasTraffic || part !== bank?.traffic);
  while (!signal.aborted) {
    await pause(1000, signal);
    if (!signal.aborted) await check(stack, watched);
  }
}

async function check(stack: Stack, watched: readonly Part[]): Promise<void> {
  await stack.check();
  for (const part of watched) {
    if (await part.isRunning()) continue;
    throw new Error(`${part.name} has ended; the end of ${part.logFile}:\n${part.logTail()}`);
  }
}

/** Ends early, and without an error, at the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    }
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
