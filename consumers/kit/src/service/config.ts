import type { TokenRules } from '../query-api/index.ts';
import type { DatabaseAccess } from '../read-store/index.ts';
import { type KafkaAccess, type KafkaClient, kafkaClients } from '../transport/index.ts';
import { type Environment, password, read, text, whole, wrong } from './environment.ts';
import { tokenRules } from './token-rules.ts';

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
  /** Who carries writes back to the monolith; null: nobody. */
  readonly writeBack: Omit<DatabaseAccess, 'database'> | null;
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
  FRESH_WITHIN_MS       older than this is not ready; default 120000: a quiet source gives a sign of life every 2 s
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

/** Of services that own columns. */
export const writeBackVariables = `for project also, where writes have moved here:
  WRITE_BACK_DB_USER    one who may SELECT keys and owned columns of the monolith's tables, and UPDATE the latter; without it
                        nothing is carried back, and no route can be switched
  WRITE_BACK_DB_PASSWORD  or WRITE_BACK_DB_PASSWORD_FILE`;

/** All that any service may be told. */
export const everyVariable = `${variables}\n${writeBackVariables}`;

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
  return { ...serviceConfig(env, projection, file), auth: tokenRules(env) };
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
    writeBack: env.WRITE_BACK_DB_USER
      ? { ...sourceServer(env), user: env.WRITE_BACK_DB_USER, password: password(env, 'WRITE_BACK_DB', file) }
      : null,
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
  return { ...sourceServer(env), user: text(env, 'SOURCE_DB_USER'), password: password(env, 'SOURCE_DB', file) };
}

const sourceServer = (env: Environment) => ({
  host: env.SOURCE_DB_HOST || '127.0.0.1',
  port: whole(env, 'SOURCE_DB_PORT', 1, 65_535, 3306),
});
