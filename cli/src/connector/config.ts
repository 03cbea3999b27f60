import { readFileSync } from 'node:fs';
import type { CaptureOptions } from '@banyan/connectors';
import { type Secret, secretRef } from 'debezium-connect-client';
import { CliError } from '../errors.ts';

/** What `banyan connector` needs of its surroundings; the same names in a ConfigMap and in a shell. */
export interface ConnectorSettings {
  readonly connectUrl: string;
  readonly basicAuth?: { readonly user: string; readonly password: string };
  /** For the whole of a run: Connect, Kafka and source may take as long as this to come up, all together. */
  readonly waitMs: number;
  readonly capture: Omit<CaptureOptions, 'tables'>;
}

export const variables = `  CONNECT_URL             Kafka Connect's REST API, http://connect:8083
  CONNECT_USER            for basic authentication there, with
  CONNECT_PASSWORD_FILE   a file that holds the password
  KAFKA_BROKERS           host:port, more separated by commas; the worker uses them too
  REGISTRY_URL            the registry's own API as the worker sees it, http://registry:8080/apis/registry/v2
  TOPIC_PREFIX            the connector's name, and what its topics begin with
  SOURCE_DB_HOST          the monolith's MariaDB, as the worker sees it
  SOURCE_DB_PORT          default 3306
  SOURCE_DB_USER          default capture
  SOURCE_DB_PASSWORD_REF  what the worker resolves to the password; never the password itself. Default:
                          \${directory:/var/run/secrets/source-db-capture:password}
  SERVER_ID               the connector's id as a replica of that server: a number that no other reader of it has
  WITHHELD_COLUMNS        database.table.column, more separated by commas: these never leave the database; or none
  REPLICATION_FACTOR      copies of each topic; default 1
  WAIT_S                  how long a run may take to get it going, in seconds; default 300`;

type Environment = Readonly<Record<string, string | undefined>>;

const passwordRef = `\${directory:/var/run/secrets/source-db-capture:password}`;

/** Throws CliError `config` with a message for each variable that is wrong. No message repeats a value that may be secret. */
export function connectorSettings(
  env: Environment,
  file: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ConnectorSettings {
  const read = new Reading(env, file);
  const basicAuth = read.basicAuth();
  const settings: ConnectorSettings = {
    connectUrl: read.url('CONNECT_URL'),
    ...(basicAuth && { basicAuth }),
    waitMs: 1000 * read.whole('WAIT_S', 1, 86_400, 300),
    capture: {
      prefix: read.matching('TOPIC_PREFIX', /^[A-Za-z0-9._-]{1,200}$/, 'made of letters, digits, ".", "_" and "-"'),
      database: {
        host: read.matching('SOURCE_DB_HOST', /^[^\s:/@]+$/, 'a host name'),
        port: read.whole('SOURCE_DB_PORT', 1, 65_535, 3306),
        user: env.SOURCE_DB_USER || 'capture',
        password: read.reference('SOURCE_DB_PASSWORD_REF', passwordRef),
      },
      withheld: read.withheld(),
      kafka: read.list('KAFKA_BROKERS', /^[^\s:]+:\d+$/, 'host:port'),
      registryUrl: read.url('REGISTRY_URL'),
      serverId: read.whole('SERVER_ID', 1, 4_294_967_295),
      replicationFactor: read.whole('REPLICATION_FACTOR', 1, 32_767, 1),
    },
  };
  read.throwIfAny();
  return settings;
}

/** Notes what is wrong instead of throwing, so that all of it is said at once; what it then gives is used by nobody. */
class Reading {
  readonly #env: Environment;
  readonly #file: (path: string) => string;
  readonly #wrong: string[] = [];

  constructor(env: Environment, file: (path: string) => string) {
    this.#env = env;
    this.#file = file;
  }

  text(name: string): string {
    return this.#env[name] || this.#refuse(name, 'it is not set', '');
  }

  matching(name: string, form: RegExp, what: string): string {
    const value = this.text(name);
    return value === '' || form.test(value) ? value : this.#refuse(name, `'${value}' is not ${what}`, '');
  }

  list(name: string, form: RegExp, what: string): string[] {
    const text = this.text(name);
    const bad = text === '' ? undefined : text.split(',').find((one) => !form.test(one));
    return bad === undefined ? text.split(',') : this.#refuse(name, `'${bad}' is not ${what}`, []);
  }

  whole(name: string, low: number, high: number, fallback?: number): number {
    if (!this.#env[name] && fallback !== undefined) return fallback;
    const value = this.text(name);
    if (value === '' || (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high)) return Number(value);
    return this.#refuse(name, `'${value}' is not a whole number from ${low} to ${high}`, low);
  }

  url(name: string): string {
    const value = this.text(name);
    const url = /^https?:\/\//.test(value) && URL.canParse(value) ? new URL(value) : null;
    // Not told: there may be a password in it.
    if (value !== '' && !url) return this.#refuse(name, 'it is not an http URL', '');
    if (url?.username || url?.password) return this.#refuse(name, 'it has a user or a password in it', '');
    return value;
  }

  /** A password that is set here by mistake would be stored readably by Connect, and be shown by it. */
  reference(name: string, fallback: string): Secret {
    const [, provider = '', place = ''] = /^\$\{([^}:]+):([^}]+)\}$/.exec(this.#env[name] || fallback) ?? [];
    if (provider === '')
      return this.#refuse(
        name,
        `it is not a reference as the worker resolves it, such as ${passwordRef}; a password itself is not taken`,
        secretRef('none', 'none'),
      );
    const colon = place.indexOf(':');
    return colon < 1 || colon === place.length - 1
      ? secretRef(provider, place)
      : secretRef(provider, place.slice(0, colon), place.slice(colon + 1));
  }

  /** To capture every column is a decision: one that is forgotten here would be in Kafka for good. */
  withheld(): string[] {
    if (this.#env.WITHHELD_COLUMNS === 'none') return [];
    if (!this.#env.WITHHELD_COLUMNS)
      return this.#refuse('WITHHELD_COLUMNS', 'it is not set; say none if every column may leave the database', []);
    return this.list('WITHHELD_COLUMNS', /^[^\s.]+\.[^\s.]+\.[^\s.]+$/, 'database.table.column');
  }

  basicAuth(): ConnectorSettings['basicAuth'] {
    const { CONNECT_USER: user, CONNECT_PASSWORD_FILE: path } = this.#env;
    if (!user && !path) return undefined;
    if (!user) return this.#refuse('CONNECT_USER', 'it is not set, yet CONNECT_PASSWORD_FILE is', undefined);
    if (!path) return this.#refuse('CONNECT_PASSWORD_FILE', 'it is not set, yet CONNECT_USER is', undefined);
    try {
      return { user, password: this.#file(path).replace(/\r?\n$/, '') };
    } catch (error) {
      return this.#refuse('CONNECT_PASSWORD_FILE', (error as Error).message, undefined);
    }
  }

  throwIfAny(): void {
    if (this.#wrong.length === 0) return;
    throw new CliError('config', this.#wrong.join('; '), { remedy: 'for the variables see: banyan connector --help' });
  }

  #refuse<T>(name: string, why: string, instead: T): T {
    this.#wrong.push(`${name}: ${why}`);
    return instead;
  }
}
