import { MARIADB_SOURCE_CLASS } from '../mariadb/source.ts';
import { type FakeAnswer, type FakeRequest, ok, refused } from './fake-answer.ts';
import { type FakePlugin, REQUIRED_SETTINGS, refusals } from './fake-state.ts';

type Config = Record<string, string>;

/** What a worker answers below /connector-plugins. */
export function answerOfPlugins(
  plugin: FakePlugin,
  request: FakeRequest,
  rest: readonly string[],
): FakeAnswer | undefined {
  const [className, ...more] = rest;
  const route = `${request.method} ${more.join('/')}`;
  if (className === undefined) return ok(pluginsJson(plugin, request.query.get('connectorsOnly') !== 'false'));
  if (route === 'GET config') return settings(plugin, className);
  return route === 'PUT config/validate' ? validation(plugin, className, request) : undefined;
}

/** The refusal of a class that is not installed. */
export function classRefusal(plugin: FakePlugin, className: string | undefined): FakeAnswer | undefined {
  if (className === undefined) return refused(400, 'Connector config contains no connector type');
  if (className === classOf(plugin)) return undefined;
  return refused(400, `Failed to find any class that implements Connector and which name matches ${className}`);
}

function settings(plugin: FakePlugin, className: string): FakeAnswer {
  if (className !== classOf(plugin)) return refused(404, `Unknown plugin ${className}.`);
  return ok((plugin.required ?? REQUIRED_SETTINGS).map(settingJson));
}

function settingJson(name: string) {
  const place = { group: null, order_in_group: -1, width: 'NONE', display_name: name, dependents: [] };
  return { name, type: 'STRING', required: true, default_value: null, importance: 'HIGH', documentation: '', ...place };
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

function pluginsJson(plugin: FakePlugin, connectorsOnly: boolean) {
  const converter = { class: 'org.apache.kafka.connect.json.JsonConverter', type: 'converter', version: '4.2.2' };
  const connector = { class: classOf(plugin), type: 'source', version: '3.5.0.Final' };
  return connectorsOnly ? [connector] : [connector, converter];
}

function classOf({ className = MARIADB_SOURCE_CLASS }: FakePlugin): string {
  return className;
}
