import { type FakeAnswer, type FakeRequest, refused } from './fake-answer.ts';
import { classRefusal } from './fake-plugins.ts';
import { type FakeConnector, type FakePlugin, type FakeState, infoJson, refusals, statusJson } from './fake-state.ts';

type Config = Record<string, string>;

export function post(state: FakeState, plugin: FakePlugin, { body }: FakeRequest): FakeAnswer {
  const {
    name,
    config,
    initial_state: target = 'RUNNING',
  } = body as {
    name: string;
    config: Config;
    initial_state?: FakeConnector['target'];
  };
  const exists = state.connectors.has(name);
  return exists ? refused(409, `Connector ${name} already exists`) : put(state, plugin, name, config, target);
}

export function patch(
  state: FakeState,
  plugin: FakePlugin,
  { config }: FakeConnector,
  name: string,
  body: unknown,
): FakeAnswer {
  const merged: Record<string, string | null> = { ...config, ...(body as Record<string, string | null>) };
  return put(state, plugin, name, Object.fromEntries(Object.entries(merged).filter(isSet)));
}

export function put(
  { connectors, offsets }: FakeState,
  plugin: FakePlugin,
  name: string,
  given: Config,
  initial: FakeConnector['target'] = 'RUNNING',
): FakeAnswer {
  const config: Config = { ...given, name };
  const unfit = classRefusal(plugin, config['connector.class']);
  if (unfit !== undefined) return unfit;
  const reasons = Object.values(refusals(plugin, config));
  if (reasons.length > 0) {
    const head = `Connector configuration is invalid and contains the following ${reasons.length} error(s):`;
    const tail =
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`';
    return refused(400, [head, ...reasons, tail].join('\n'));
  }
  const existing = connectors.get(name);
  const trace = plugin.failAtStart?.(config);
  const kept = {
    target: existing?.target ?? initial,
    topics: existing?.topics ?? plugin.topicsAtStart?.(config) ?? [],
  } as const;
  const connector = { config, ...kept, ...(trace !== undefined && { taskTrace: trace }) };
  connectors.set(name, connector);
  start(offsets, plugin, name, connector);
  return { status: existing === undefined ? 201 : 200, body: infoJson(name, connector) };
}

/** `POST …/restart`. The connector by itself keeps its tasks as they are (KIP-745). `onlyFailed` makes no difference to what comes out. */
export function restart({ connectors }: FakeState, name: string, query: URLSearchParams, workerId: string): FakeAnswer {
  const connector = connectors.get(name);
  if (connector === undefined) return refused(404, `Unknown connector: ${name}`);
  const withTasks = query.get('includeTasks') === 'true';
  delete connector.connectorTrace;
  if (withTasks) delete connector.taskTrace;
  const detailed = withTasks || query.get('onlyFailed') === 'true';
  return detailed ? { status: 202, body: statusJson(name, connector, workerId) } : { status: 204 };
}

/** A connector that runs, and has no offsets, commits its first ones. */
export function start(
  offsets: FakeState['offsets'],
  plugin: FakePlugin,
  name: string,
  { config, target, taskTrace }: FakeConnector,
): void {
  const begins = target === 'RUNNING' && taskTrace === undefined && (offsets.get(name) ?? []).length === 0;
  if (begins) offsets.set(name, plugin.offsetsAtStart?.(config) ?? []);
}

function isSet(entry: [string, string | null]): entry is [string, string] {
  return entry[1] !== null;
}
