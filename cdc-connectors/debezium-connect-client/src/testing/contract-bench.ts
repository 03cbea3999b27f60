import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, it } from '@jest/globals';
import { ConnectError, type ConnectErrorCode } from '../errors/connect-error.ts';
import { ConnectClient } from '../rest/connect-client.ts';
import type { ConnectorConfig, ConnectorStatus } from '../rest/types.ts';
import { eventually } from './eventually.ts';

/** A worker to hold against the contract. */
export type ConnectSubject = {
  readonly url: string;
  readonly basicAuth?: { readonly user: string; readonly password: string };
  readonly pluginClass: string;
  /** A configuration that runs, and streams: with heartbeats. `max.batch.size` is changed in it. */
  readonly config: ConnectorConfig;
  /** One that the plugin refuses when it is put. Default: `config` with the database on port 1, where nothing listens. */
  readonly refusedConfig?: ConnectorConfig;
  /** One that is taken and whose task fails at its start. Default: `config` with a converter of a class that is not there. */
  readonly failingConfig?: ConnectorConfig;
  stop(): Promise<void>;
};

/** What each test works with: a client, and a name for the connector it makes, which is removed after it. */
export type Bench = {
  readonly client: ConnectClient;
  /** A client of the same worker, at a path below its address. */
  readonly clientAt: (path: string) => ConnectClient;
  readonly name: string;
  readonly subject: Required<Omit<ConnectSubject, 'basicAuth'>>;
  /** The first status that is fit; a connector the worker does not know yet is UNASSIGNED without tasks. */
  until(isFit: (status: ConnectorStatus) => boolean): Promise<ConnectorStatus>;
  running(): Promise<ConnectorStatus>;
};

export const LIMIT_MS = 120_000;

/** Sets the subject up and down around the tests of a `describe`; gives what to write them with. */
export function benchFor(factory: () => Promise<ConnectSubject>) {
  let shared: Pick<Bench, 'client' | 'clientAt' | 'subject'>;
  let name = '';

  beforeAll(async () => {
    const { basicAuth, ...given } = await factory();
    const clientAt = (path: string) => new ConnectClient({ url: given.url + path, ...(basicAuth && { basicAuth }) });
    const client = clientAt('');
    const refusedConfig = { ...given.config, 'database.port': '1' };
    const failingConfig = { ...given.config, converters: 'absent', 'absent.type': 'no.such.Converter' };
    shared = { client, clientAt, subject: { refusedConfig, failingConfig, ...given } };
  }, LIMIT_MS);
  afterEach(async () => {
    const { client } = shared;
    if ((await client.connectors()).includes(name)) await client.remove(name);
  }, LIMIT_MS);
  afterAll(() => shared.subject.stop(), LIMIT_MS);

  return (title: string, act: (bench: Bench) => Promise<void>) =>
    it(
      title,
      async () => {
        name = `contract-${randomUUID().slice(0, 8)}`;
        await act(benchOn(shared, name));
      },
      LIMIT_MS,
    );
}

/** What the parts of the contract write their tests with. */
export type ContractTest = ReturnType<typeof benchFor>;

/** The error of a call that has to fail. */
export async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  );
  if ('thrown' in outcome && outcome.thrown instanceof ConnectError) return outcome.thrown;
  throw new Error(`expected a ConnectError, got ${JSON.stringify(outcome)}`);
}

export async function codeOf(call: Promise<unknown>): Promise<ConnectErrorCode> {
  return (await errorOf(call)).code;
}

function benchOn(shared: Pick<Bench, 'client' | 'clientAt' | 'subject'>, name: string): Bench {
  const until: Bench['until'] = (isFit) => eventually(() => knownStatus(shared.client, name), isFit);
  const isRunning = ({ connector, tasks }: ConnectorStatus) =>
    connector.state === 'RUNNING' && tasks[0]?.state === 'RUNNING';
  return { ...shared, name, until, running: () => until(isRunning) };
}

async function knownStatus(client: ConnectClient, name: string): Promise<ConnectorStatus> {
  try {
    return await client.status(name);
  } catch (thrown) {
    if (ConnectError.from(thrown).code !== 'not-found') throw thrown;
    return { name, type: 'source', connector: { state: 'UNASSIGNED', workerId: '' }, tasks: [] };
  }
}
