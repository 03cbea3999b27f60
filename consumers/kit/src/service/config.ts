import { KitError } from '../errors.ts';
import type { DatabaseAccess } from '../read-store/index.ts';

/** What a service needs from its surroundings; the same names in a ConfigMap and on a laptop. */
export interface ServiceConfig {
  readonly port: number;
  readonly host: string;
  readonly database: DatabaseAccess;
  readonly freshWithinMs: number;
}

export interface ProjectConfig extends ServiceConfig {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly topicPrefix: string;
  readonly leaseMs: number;
  readonly maxRows: number;
}

export const variables = `  PORT                  where it listens; 0 takes a free port
  HOST                  default 127.0.0.1
  READ_DB_HOST          the read model's MariaDB; default 127.0.0.1
  READ_DB_PORT          default 3306
  READ_DB_USER
  READ_DB_PASSWORD      or READ_DB_PASSWORD_FILE, a file that holds it
  READ_DB_NAME          default: the projection's name
  FRESH_WITHIN_MS       older than this is not ready; default 120000: a quiet source gives a sign of life every 48 s
for project also:
  KAFKA_BROKERS         host:port, more separated by commas
  SCHEMA_REGISTRY_URL   its Confluent API
  TOPIC_PREFIX          the connector's topic.prefix
  LEASE_MS              how long a standby waits; default 10000
  MAX_ROWS              rows a commit aims at, and the most of one transaction in memory; default 5000`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws KitError `config` that names the variable. `file` reads a file, for *_FILE variables. */
export function serviceConfig(env: Environment, projection: string, file: (path: string) => string): ServiceConfig {
  return {
    port: whole(env, 'PORT', 0, 65_535),
    host: env.HOST || '127.0.0.1',
    freshWithinMs: whole(env, 'FRESH_WITHIN_MS', 1, 86_400_000, 120_000),
    database: {
      host: env.READ_DB_HOST || '127.0.0.1',
      port: whole(env, 'READ_DB_PORT', 1, 65_535, 3306),
      user: text(env, 'READ_DB_USER'),
      password: password(env, file),
      database: env.READ_DB_NAME || projection,
    },
  };
}

export function projectConfig(env: Environment, projection: string, file: (path: string) => string): ProjectConfig {
  const brokers = text(env, 'KAFKA_BROKERS').split(',');
  const bad = brokers.find((broker) => !/^[^\s:]+:\d+$/.test(broker));
  if (bad !== undefined) throw wrong('KAFKA_BROKERS', `'${bad}' is not host:port`);
  const registryUrl = text(env, 'SCHEMA_REGISTRY_URL');
  // Not told: there may be a password in it.
  if (!/^https?:\/\//.test(registryUrl) || !URL.canParse(registryUrl))
    throw wrong('SCHEMA_REGISTRY_URL', 'it is not an http URL');
  return {
    ...serviceConfig(env, projection, file),
    brokers,
    registryUrl,
    topicPrefix: text(env, 'TOPIC_PREFIX'),
    leaseMs: whole(env, 'LEASE_MS', 1000, 600_000, 10_000),
    maxRows: whole(env, 'MAX_ROWS', 1, 1_000_000, 5000),
  };
}

function password(env: Environment, file: (path: string) => string): string {
  const path = env.READ_DB_PASSWORD_FILE;
  if (!path) return text(env, 'READ_DB_PASSWORD');
  try {
    return file(path).replace(/\r?\n$/, ''); // the end of the line, not a blank of the password
  } catch (error) {
    throw wrong('READ_DB_PASSWORD_FILE', (error as Error).message);
  }
}

function text(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw wrong(name, 'it is not set');
  return value;
}

function whole(env: Environment, name: string, low: number, high: number, fallback?: number): number {
  if ((env[name] ?? '') === '' && fallback !== undefined) return fallback;
  const value = text(env, name);
  if (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high) return Number(value);
  throw wrong(name, `'${value}' is not a whole number from ${low} to ${high}`);
}

const wrong = (name: string, why: string) =>
  new KitError('config', `${name}: ${why}`, { remedy: 'see --help for the variables' });
