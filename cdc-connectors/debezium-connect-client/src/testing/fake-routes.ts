import { MARIADB_SOURCE_CLASS } from '../mariadb/source.ts';
import type { SourceOffset } from '../rest/types.ts';
import { type FakeConnector, type FakePlugin, type FakeState, refusals, statusJson } from './fake-state.ts';

export type FakeRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};
export type FakeAnswer = { readonly status: number; readonly body?: unknown };
type Config = Record<string, string>;
type Route = (name: string, request: FakeRequest) => FakeAnswer;

/** Answers as a Kafka Connect 4.3 worker does, in status and wording; every route here was compared with a real one. */
export function answer(state: FakeState, plugin: FakePlugin, workerId: string, request: FakeRequest): FakeAnswer {
  const [first = '', second, third = ''] = request.path.split('/').slice(1).map(decodeURIComponent);
  if (first === '') return ok({ version: '4.2.2', commit: 'c5e942859576203e', kafka_cluster_id: 'fake-cluster' });
  if (first === 'connector-plugins')
    return second === undefined ? ok([pluginJson(plugin)]) : validation(plugin, second, request);
  if (first === 'connectors' && second === undefined) return ok([...state.connectors.keys()]);
  const route = first === 'connectors' && routesOf(state, plugin, workerId)[`${request.method} ${third}`];
  return route && second !== undefined ? route(second, request) : refused(404, 'HTTP 404 Not Found');
}

export function refused(status: number, message: string): FakeAnswer {
  return { status, body: { error_code: status, message } };
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
      (connector) => {
        connector.target = target;
        return { status };
      },
    );
  return {
    'GET config': known(notFound, ({ config }) => ok(config)),
    'PUT config': (name, { body }) => put(state, plugin, name, body as Config),
    'GET status': known(
      (name) => `No status found for connector ${name}`,
      (it, name) => ok(statusJson(name, it, workerId)),
    ),
    'GET offsets': known(notFound, (_, name) => ok({ offsets: offsets.get(name) ?? [] })),
    'PATCH offsets': known(notFound, (it, name, { body }) => alterOffsets(state, it, name, body)),
    'GET topics': (name) => ok({ [name]: { topics: connectors.get(name)?.topics ?? [] } }),
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

function put({ connectors, offsets }: FakeState, plugin: FakePlugin, name: string, given: Config): FakeAnswer {
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
    target: existing?.target ?? 'RUNNING',
    topics: existing?.topics ?? plugin.topicsAtStart?.(config) ?? [],
  } as const;
  connectors.set(name, { config, ...kept, ...(trace !== undefined && { taskTrace: trace }) });
  if (trace === undefined && !offsets.has(name)) offsets.set(name, plugin.offsetsAtStart?.(config) ?? []);
  return { status: existing === undefined ? 201 : 200, body: { name, config, tasks: [], type: 'source' } };
}

/** Each entry takes the place of the one of its partition. */
function alterOffsets({ offsets }: FakeState, { target }: FakeConnector, name: string, body: unknown): FakeAnswer {
  if (target !== 'STOPPED')
    return refused(
      400,
      'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a PUT request to the /connectors/' +
        `${name}/stop endpoint`,
    );
  const given = (body as { readonly offsets: readonly SourceOffset[] }).offsets;
  const isGiven = ({ partition }: SourceOffset) =>
    given.some((one) => JSON.stringify(one.partition) === JSON.stringify(partition));
  offsets.set(name, [...(offsets.get(name) ?? []).filter((one) => !isGiven(one)), ...given]);
  return ok({
    message:
      'The Connect framework-managed offsets for this connector have been altered successfully. However, if this connector manages offsets externally, they will need to be manually altered in the system that the connector uses.',
  });
}

/** The connector by itself keeps its tasks as they are (KIP-745). `onlyFailed` makes no difference to what comes out. */
function restart({ connectors }: FakeState, name: string, query: URLSearchParams, workerId: string): FakeAnswer {
  const connector = connectors.get(name);
  if (connector === undefined) return refused(404, `Unknown connector: ${name}`);
  const withTasks = query.get('includeTasks') === 'true';
  delete connector.connectorTrace;
  if (withTasks) delete connector.taskTrace;
  const detailed = withTasks || query.get('onlyFailed') === 'true';
  return detailed ? { status: 202, body: statusJson(name, connector, workerId) } : { status: 204 };
}

function validation(plugin: FakePlugin, className: string, { body }: FakeRequest): FakeAnswer {
  const unfit = classRefusal(plugin, className);
  if (unfit !== undefined) return unfit;
  const config = body as Config;
  const found = refusals(plugin, config);
  const names = [...new Set([...Object.keys(config), ...Object.keys(found)])];
  const value = (name: string) => ({ name, value: config[name] ?? null, recommended_values: [], visible: true });
  const configs = names.map((name) => ({
    value: { ...value(name), errors: found[name] === undefined ? [] : [found[name]] },
  }));
  return ok({ name: className, error_count: Object.keys(found).length, groups: [], configs });
}

function classRefusal(plugin: FakePlugin, className: string | undefined): FakeAnswer | undefined {
  if (className === undefined) return refused(400, 'Connector config contains no connector type');
  if (className === classOf(plugin)) return undefined;
  return refused(400, `Failed to find any class that implements Connector and which name matches ${className}`);
}

function pluginJson(plugin: FakePlugin) {
  return { class: classOf(plugin), type: 'source', version: '3.5.0.Final' };
}

function classOf({ className = MARIADB_SOURCE_CLASS }: FakePlugin): string {
  return className;
}

function ok(body: unknown): FakeAnswer {
  return { status: 200, body };
}
