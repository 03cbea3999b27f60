import { type FakeAnswer, type FakeRequest, ok, refused } from './fake-answer.ts';
import { answerOfLoggers } from './fake-loggers.ts';
import { alterOffsets, resetOffsets } from './fake-offsets.ts';
import { answerOfPlugins } from './fake-plugins.ts';
import { type FakeConnector, type FakePlugin, type FakeState, infoJson, statusJson } from './fake-state.ts';
import { answerOfTasks } from './fake-tasks.ts';
import { patch, post, put, restart, start } from './fake-writes.ts';

type Config = Record<string, string>;
type Route = (name: string, request: FakeRequest) => FakeAnswer;

/** Answers as a Kafka Connect 4 worker does, in status and wording; every route here was compared with a real one. */
export function answer(state: FakeState, plugin: FakePlugin, workerId: string, request: FakeRequest): FakeAnswer {
  const parts = request.path.split('/').slice(1).map(decodeURIComponent);
  return routed(state, plugin, workerId, request, parts) ?? refused(404, 'HTTP 404 Not Found');
}

function routed(
  state: FakeState,
  plugin: FakePlugin,
  workerId: string,
  request: FakeRequest,
  [first, ...rest]: readonly string[],
): FakeAnswer | undefined {
  const [name, ...more] = rest;
  if (first === '') return ok({ version: '4.2.2', commit: 'c5e942859576203e', kafka_cluster_id: 'fake-cluster' });
  if (first === 'health') return state.health;
  if (first === 'connector-plugins') return answerOfPlugins(plugin, request, rest);
  if (first === 'admin' && name === 'loggers') return answerOfLoggers(state, request, more[0]);
  if (first !== 'connectors') return undefined;
  if (name === undefined)
    return request.method === 'POST' ? post(state, plugin, request) : list(state, workerId, request);
  if (more[0] === 'tasks') return answerOfTasks(state.connectors.get(name), name, workerId, request, more.slice(1));
  return routesOf(state, plugin, workerId)[`${request.method} ${more.join('/')}`]?.(name, request);
}

function routesOf(state: FakeState, plugin: FakePlugin, workerId: string): Record<string, Route> {
  const { connectors, offsets } = state;
  const known = (
    unknown: (name: string) => string,
    act: (connector: FakeConnector, name: string, request: FakeRequest) => FakeAnswer,
  ): Route => {
    return (name, request) => {
      const connector = connectors.get(name);
      return connector === undefined ? refused(404, unknown(name)) : act(connector, name, request);
    };
  };
  const notFound = (name: string) => `Connector ${name} not found`;
  const aim = (target: FakeConnector['target'], status: number) =>
    known(
      (name) => `Unknown connector ${name}`,
      (connector, name) => {
        connector.target = target;
        start(offsets, plugin, name, connector);
        return { status };
      },
    );
  return {
    'GET ': known(notFound, (connector, name) => ok(infoJson(name, connector))),
    'GET config': known(notFound, ({ config }) => ok(config)),
    'PUT config': (name, { body }) => put(state, plugin, name, body as Config),
    'PATCH config': known(notFound, (it, name, { body }) => patch(state, plugin, it, name, body)),
    'GET status': known(
      (name) => `No status found for connector ${name}`,
      (it, name) => ok(statusJson(name, it, workerId)),
    ),
    'GET offsets': known(notFound, (_, name) => ok({ offsets: offsets.get(name) ?? [] })),
    'PATCH offsets': known(notFound, (it, name, { body }) => alterOffsets(offsets, it, name, body)),
    'DELETE offsets': known(notFound, (it, name) => resetOffsets(offsets, it, name)),
    'GET topics': (name) => ok({ [name]: { topics: connectors.get(name)?.topics ?? [] } }),
    'PUT topics/reset': (name) => {
      const connector = connectors.get(name);
      if (connector !== undefined) connector.topics = [];
      return { status: 202 };
    },
    'PUT pause': aim('PAUSED', 202),
    'PUT resume': aim('RUNNING', 202),
    'PUT stop': aim('STOPPED', 204),
    'POST restart': (name, request) => restart(state, name, request.query, workerId),
    'DELETE ': known(notFound, (_, name) => {
      connectors.delete(name);
      return { status: 204 };
    }),
  };
}

function list({ connectors }: FakeState, workerId: string, { query }: FakeRequest): FakeAnswer {
  const expand = query.getAll('expand');
  if (expand.length === 0) return ok([...connectors.keys()]);
  const expanded = [...connectors].map(([name, connector]) => [
    name,
    {
      ...(expand.includes('info') && { info: infoJson(name, connector) }),
      ...(expand.includes('status') && { status: statusJson(name, connector, workerId) }),
    },
  ]);
  return ok(Object.fromEntries(expanded));
}
