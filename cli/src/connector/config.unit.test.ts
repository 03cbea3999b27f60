import { describe, expect, it } from '@jest/globals';
import { CliError } from '../errors.ts';
import { connectorSettings, variables } from './config.ts';

const env = {
  CONNECT_URL: 'http://connect:8083',
  KAFKA_BROKERS: 'kafka-0:9092,kafka-1:9092',
  REGISTRY_URL: 'http://registry:8080/apis/registry/v2',
  TOPIC_PREFIX: 'bank',
  SOURCE_DB_HOST: 'source-db',
  SERVER_ID: '5400',
  WITHHELD_COLUMNS: 'bank.cards.pan',
};
const noFile = (path: string): string => {
  throw new Error(`ENOENT: no such file or directory, open '${path}'`);
};
function refusal(change: Record<string, string | undefined>): string {
  try {
    connectorSettings({ ...env, ...change }, noFile);
  } catch (error) {
    if (error instanceof CliError && error.code === 'config') return `${error.message}; ${error.remedy}`;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the environment of banyan connector', () => {
  it('has defaults for what does not have to be said', () => {
    const { capture, ...rest } = connectorSettings(env, noFile);
    expect(rest).toEqual({ connectUrl: 'http://connect:8083', waitMs: 300_000 });
    expect(capture).toMatchObject({
      prefix: 'bank',
      database: { host: 'source-db', port: 3306, user: 'capture' },
      withheld: ['bank.cards.pan'],
      kafka: ['kafka-0:9092', 'kafka-1:9092'],
      registryUrl: 'http://registry:8080/apis/registry/v2',
      serverId: 5400,
      replicationFactor: 1,
    });
    const empty = { SOURCE_DB_PORT: '', SOURCE_DB_USER: '', SOURCE_DB_PASSWORD_REF: '', WAIT_S: '', CONNECT_USER: '' };
    expect(connectorSettings({ ...env, ...empty }, noFile)).toEqual({ ...rest, capture });
    expect(connectorSettings({ ...env, WITHHELD_COLUMNS: 'none' }, noFile).capture.withheld).toEqual([]);
  });

  it('takes the whole of it', () => {
    const auth = { CONNECT_USER: 'job', CONNECT_PASSWORD_FILE: '/run/connect/password' };
    const all = { SOURCE_DB_PORT: '3307', SOURCE_DB_USER: 'cdc', REPLICATION_FACTOR: '3', WAIT_S: '20', ...auth };
    const settings = connectorSettings({ ...env, ...all }, () => 's3cret\n');
    expect(settings).toMatchObject({ waitMs: 20_000, basicAuth: { user: 'job', password: 's3cret' } });
    expect(settings.capture).toMatchObject({ database: { port: 3307, user: 'cdc' }, replicationFactor: 3 });
  });

  it.each(Object.keys(env))('names %s when it is missing or empty', (name) => {
    for (const value of [undefined, '']) expect(refusal({ [name]: value })).toContain(`${name}: it is not set`);
    expect(variables).toContain(name);
  });

  it('wants it said that every column may leave the database', () => {
    expect(refusal({ WITHHELD_COLUMNS: '' })).toContain('say none if every column may leave the database');
  });

  it('says all that is wrong at once', () => {
    expect(refusal({ CONNECT_URL: 'connect', SERVER_ID: '0', WAIT_S: '1.5' })).toBe(
      "CONNECT_URL: it is not an http URL; WAIT_S: '1.5' is not a whole number from 1 to 86400; " +
        "SERVER_ID: '0' is not a whole number from 1 to 4294967295; for the variables see: banyan connector --help",
    );
  });

  it.each([
    ['KAFKA_BROKERS', 'kafka', "'kafka' is not host:port"],
    ['KAFKA_BROKERS', 'kafka:9092,', "'' is not host:port"],
    ['TOPIC_PREFIX', 'bank/1', "'bank/1' is not made of"],
    ['SOURCE_DB_HOST', 'source-db:3306', "'source-db:3306' is not a host name"],
    ['SOURCE_DB_PORT', '0', "'0' is not a whole number from 1 to 65535"],
    ['REPLICATION_FACTOR', 'x', "'x' is not a whole number from 1"],
    ['WITHHELD_COLUMNS', 'cards.pan', "'cards.pan' is not database.table.column"],
    ['WITHHELD_COLUMNS', 'bank.cards.pan, bank.cards.pin', "' bank.cards.pin' is not database.table.column"],
    ['CONNECT_USER', 'job', 'CONNECT_PASSWORD_FILE: it is not set, yet CONNECT_USER is'],
    ['CONNECT_PASSWORD_FILE', '/gone', 'CONNECT_USER: it is not set, yet CONNECT_PASSWORD_FILE is'],
  ])('names %s when it is %s', (name, value, message) => {
    expect(refusal({ [name]: value })).toContain(message);
    expect(variables).toContain(name);
  });

  it('names the file that cannot be read', () => {
    const message = refusal({ CONNECT_USER: 'job', CONNECT_PASSWORD_FILE: '/gone' });
    expect(message).toContain("CONNECT_PASSWORD_FILE: ENOENT: no such file or directory, open '/gone'");
  });

  it.each([
    ['SOURCE_DB_PASSWORD_REF', 'hunter2'],
    ['SOURCE_DB_PASSWORD_REF', `hunter2\${x:y}`],
    ['SOURCE_DB_PASSWORD_REF', `\${hunter2}`],
    ['SOURCE_DB_PASSWORD_REF', `\${file:hunter2}\nx`],
    ['CONNECT_URL', 'http://job:hunter2@connect:8083'],
    ['REGISTRY_URL', 'http://job:hunter2@registry:8080'],
    ['REGISTRY_URL', 'hunter2'],
  ])('refuses a secret in %s by name, and does not repeat it', (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name}: it (is|has)`));
    expect(message).not.toContain('hunter2');
  });

  it.each([
    `\${directory:/var/run/secrets/source-db-capture:password}`,
    `\${file:/run/db.properties:password}`,
    `\${env:DB}`,
  ])('takes the reference %s as it is', (reference) => {
    const { password } = connectorSettings({ ...env, SOURCE_DB_PASSWORD_REF: reference }, noFile).capture.database;
    expect((password.constructor as unknown as { reveal(secret: unknown): string }).reveal(password)).toBe(reference);
  });
});
