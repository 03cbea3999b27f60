import { ConnectError } from '../errors/connect-error.ts';
import { decodeConfig, decodeInfo } from './decode.ts';
import { connectorPath, type Requests } from './requests.ts';
import { exchangeRetrying } from './retrying.ts';
import type { CallOptions, ConnectorConfig, ConnectorInfo, InitialState, PutOutcome } from './types.ts';

// How `ConnectClient` makes, changes and deletes connectors; each is documented there.

export async function putConnector(
  requests: Requests,
  name: string,
  config: ConnectorConfig,
  options: CallOptions,
): Promise<PutOutcome> {
  const wanted = withName('putConnector', name, config);
  const current = await configIfAny(requests, name, options);
  const changedKeys = current === undefined ? [] : differingKeys(current, wanted);
  if (current !== undefined && changedKeys.length === 0) return { outcome: 'unchanged', changedKeys };
  const call = { method: 'PUT', path: `${connectorPath(name)}/config`, body: wanted, secrets: wanted } as const;
  await requests.send({ ...call, signal: options.signal });
  return { outcome: current === undefined ? 'created' : 'changed', changedKeys };
}

export async function createConnector(
  requests: Requests,
  name: string,
  config: ConnectorConfig,
  { initialState, signal }: CallOptions & { initialState?: InitialState },
): Promise<ConnectorInfo> {
  const wanted = withName('createConnector', name, config);
  const body = { name, config: wanted, ...(initialState !== undefined && { initial_state: initialState }) };
  const answer = await requests.send({ method: 'POST', path: '/connectors', body, secrets: wanted, signal }, 'once');
  return decodeInfo(answer.body);
}

export async function patchConfig(
  requests: Requests,
  name: string,
  changes: Readonly<Record<string, string | null>>,
  { signal }: CallOptions,
): Promise<ConnectorInfo> {
  const secrets = Object.fromEntries(Object.entries(changes).filter((entry) => entry[1] !== null)) as ConnectorConfig;
  const path = `${connectorPath(name)}/config`;
  return decodeInfo((await requests.send({ method: 'PATCH', path, body: changes, secrets, signal })).body);
}

/** A deletion whose answer was lost finds nothing when it is sent again. */
export async function removeConnector(requests: Requests, name: string, { signal }: CallOptions): Promise<void> {
  let mayBeDone = false;
  try {
    const call = { method: 'DELETE', path: connectorPath(name), signal } as const;
    await exchangeRetrying(requests.worker, call, 'idempotent', ({ code }) => {
      mayBeDone ||= code === 'timeout' || code === 'worker-error' || code === 'unreachable';
    });
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    if (!(mayBeDone && error.code === 'not-found')) throw error;
  }
}

async function configIfAny(
  requests: Requests,
  name: string,
  options: CallOptions,
): Promise<ConnectorConfig | undefined> {
  try {
    return decodeConfig(await requests.get(`${connectorPath(name)}/config`, options));
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    if (error.code === 'not-found') return undefined;
    throw error;
  }
}

/** The worker adds the name itself, and shows it in the stored configuration. */
function withName(what: string, name: string, config: ConnectorConfig): ConnectorConfig {
  if (config.name === undefined || config.name === name) return { ...config, name };
  const message = `${what}: the configuration for connector "${name}" has the name "${config.name}"; leave it out or make them agree`;
  throw new ConnectError('invalid-config', message);
}

function differingKeys(current: ConnectorConfig, wanted: ConnectorConfig): string[] {
  const keys = new Set([...Object.keys(current), ...Object.keys(wanted)]);
  return [...keys].filter((key) => current[key] !== wanted[key]).sort();
}
