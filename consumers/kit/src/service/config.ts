import { KitError } from '../errors.ts';
import { signatureAlgorithms, type TokenRules } from '../query-api/index.ts';
import type { DatabaseAccess } from '../read-store/index.ts';
import { type KafkaAccess, type KafkaClient, kafkaClients } from '../transport/index.ts';

/** What a service needs from its surroundings; the same names in a ConfigMap and on a laptop. */
export interface ServiceConfig {
  readonly port: number;
  readonly host: string;
  readonly database: DatabaseAccess;
  readonly freshWithinMs: number;
}

export interface ServeConfig extends ServiceConfig {
  readonly auth: TokenRules | 'off';
}

export interface ProjectConfig extends ServiceConfig {
  readonly brokers: readonly string[];
  readonly kafkaClient: KafkaClient;
  /** TLS, and who asks; null: neither. */
  readonly kafkaAccess: KafkaAccess | null;
  readonly registryUrl: string;
  readonly topicPrefix: string;
  /** The monolith's server; null: cascades are off. */
  readonly source: Omit<DatabaseAccess, 'database'> | null;
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
for serve also:
  AUTH                  off: everybody on this machine reads everything; else tokens are checked, by
  AUTH_JWKS_URL         where the issuer of the tokens publishes its keys: https, or file:///… that is mounted
  AUTH_ISSUER           what 'iss' of a token must be
  AUTH_AUDIENCE         what 'aud' of a token must name
  AUTH_CUSTOMER_CLAIM   the claim with the customer's id; default customer_id
  AUTH_ALGORITHMS       signatures that are taken, with commas between; default: all with a public key
for project, prove and repair also:
  KAFKA_BROKERS         host:port, more separated by commas
  KAFKA_CLIENT          kafkajs or platformatic; default kafkajs
  KAFKA_TLS_CA_FILE     certificates (PEM) that Kafka's must be signed by; without it there is no TLS
  KAFKA_SASL_USER       how Kafka knows the service, by SCRAM-SHA-512; over TLS alone
  KAFKA_SASL_PASSWORD   or KAFKA_SASL_PASSWORD_FILE
  SCHEMA_REGISTRY_URL   its Confluent API
  TOPIC_PREFIX          the connector's topic.prefix
  SOURCE_DB_HOST        the monolith's MariaDB, asked for its foreign keys at each start, how long it keeps its binlog
                        once a minute, and by prove for its rows; default 127.0.0.1
  SOURCE_DB_PORT        default 3306
  SOURCE_DB_USER        one who may SELECT; or CASCADES=off: what cascades do at the source is then not done here
  SOURCE_DB_PASSWORD    or SOURCE_DB_PASSWORD_FILE
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
      password: password(env, 'READ_DB', file),
      database: env.READ_DB_NAME || projection,
    },
  };
}

/** Tokens are checked unless AUTH=off says otherwise: what is forgotten does not open the door. */
export function serveConfig(env: Environment, projection: string, file: (path: string) => string): ServeConfig {
  return { ...serviceConfig(env, projection, file), auth: authOf(env) };
}

/** Kubernetes sets others that begin alike, when a service is called auth. */
const tokenVariables = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_CUSTOMER_CLAIM', 'AUTH_ALGORITHMS'];

function authOf(env: Environment): TokenRules | 'off' {
  const { AUTH: auth, AUTH_JWKS_URL: jwksUrl } = env;
  if (auth) {
    if (auth !== 'off') throw wrong('AUTH', `'${auth}' is not off`);
    const other = tokenVariables.find((name) => env[name]);
    if (other) throw wrong('AUTH', `it is off, yet ${other} is set`);
    return 'off';
  }
  if (!jwksUrl) throw wrong('AUTH_JWKS_URL', 'it is not set, and AUTH=off is not said either');
  const url = URL.canParse(jwksUrl) ? new URL(jwksUrl) : null;
  const isHere = url !== null && /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname);
  // Who can change the keys on their way can sign tokens.
  const isSafe = url?.protocol === 'https:' || url?.protocol === 'file:' || (url?.protocol === 'http:' && isHere);
  if (!url || !isSafe)
    throw wrong('AUTH_JWKS_URL', 'it is not an https URL, nor a file, nor an http one of this machine');
  if (url.username || url.password) throw wrong('AUTH_JWKS_URL', 'it has a user or a password in it');
  const algorithms = (env.AUTH_ALGORITHMS || signatureAlgorithms.join()).split(',');
  const bad = algorithms.find((one) => !signatureAlgorithms.includes(one));
  if (bad !== undefined) throw wrong('AUTH_ALGORITHMS', `'${bad}' is not one of ${signatureAlgorithms.join(', ')}`);
  const customerClaim = env.AUTH_CUSTOMER_CLAIM || 'customer_id';
  return { jwksUrl, issuer: text(env, 'AUTH_ISSUER'), audience: text(env, 'AUTH_AUDIENCE'), customerClaim, algorithms };
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
    kafkaClient: clientOf(env),
    kafkaAccess: accessOf(env, file),
    registryUrl,
    topicPrefix: text(env, 'TOPIC_PREFIX'),
    source: sourceOf(env, file),
    leaseMs: whole(env, 'LEASE_MS', 1000, 600_000, 10_000),
    maxRows: whole(env, 'MAX_ROWS', 1, 1_000_000, 5000),
  };
}

function clientOf({ KAFKA_CLIENT: asked }: Environment): KafkaClient {
  const client = asked ? kafkaClients.find((one) => one === asked) : 'kafkajs';
  if (!client) throw wrong('KAFKA_CLIENT', `'${asked}' is not one of ${kafkaClients.join(', ')}`);
  return client;
}

/** A password is not sent where anybody may listen, nor to who cannot show that he is Kafka. */
function accessOf(env: Environment, file: (path: string) => string): KafkaAccess | null {
  const { KAFKA_TLS_CA_FILE: path, KAFKA_SASL_USER: name } = env;
  const secret = (['KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'] as const).find((one) => env[one]);
  if (!name && secret) throw wrong('KAFKA_SASL_USER', `it is not set, yet ${secret} is`);
  if (!path) {
    if (name) throw wrong('KAFKA_SASL_USER', 'it is set, yet KAFKA_TLS_CA_FILE is not: nobody is named without TLS');
    return null;
  }
  const ca = read('KAFKA_TLS_CA_FILE', path, file);
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw wrong('KAFKA_TLS_CA_FILE', `${path} has no certificate in it`);
  return { ca, user: name ? { name, password: password(env, 'KAFKA_SASL', file) } : null };
}

/** To leave cascades out is a decision: what is forgotten would be rows that never go. */
function sourceOf(env: Environment, file: (path: string) => string): ProjectConfig['source'] {
  if (env.CASCADES) {
    if (env.CASCADES !== 'off') throw wrong('CASCADES', `'${env.CASCADES}' is not off`);
    if (env.SOURCE_DB_USER) throw wrong('CASCADES', 'they are off, yet SOURCE_DB_USER is set');
    return null;
  }
  return {
    host: env.SOURCE_DB_HOST || '127.0.0.1',
    port: whole(env, 'SOURCE_DB_PORT', 1, 65_535, 3306),
    user: text(env, 'SOURCE_DB_USER'),
    password: password(env, 'SOURCE_DB', file),
  };
}

type Account = 'READ_DB' | 'SOURCE_DB' | 'KAFKA_SASL';

function password(env: Environment, prefix: Account, file: (path: string) => string): string {
  const path = env[`${prefix}_PASSWORD_FILE`];
  if (!path) return text(env, `${prefix}_PASSWORD`);
  return read(`${prefix}_PASSWORD_FILE`, path, file).replace(/\r?\n$/, ''); // the end of the line, not a blank of the password
}

function read(name: string, path: string, file: (path: string) => string): string {
  try {
    return file(path);
  } catch (error) {
    throw wrong(name, (error as Error).message);
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
