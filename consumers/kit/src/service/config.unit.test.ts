import { describe, expect, it } from '@jest/globals';
import { KitError } from '../errors.ts';
import { projectConfig, serviceConfig, variables } from './config.ts';

const noFile = (path: string): string => {
  throw new Error(`ENOENT: no such file or directory, open '${path}'`);
};
const serve = { PORT: '8080', READ_DB_USER: 'reader', READ_DB_PASSWORD: 's3cret' };
const project = {
  ...serve,
  KAFKA_BROKERS: 'one:9092',
  SCHEMA_REGISTRY_URL: 'http://registry/apis/ccompat/v7',
  TOPIC_PREFIX: 'bank',
};
function refusal(change: Record<string, string | undefined>, file = noFile): string {
  try {
    projectConfig({ ...project, ...change }, 'accounts', file);
  } catch (error) {
    if (error instanceof KitError && error.code === 'config') return `${error.message} ${error.remedy}`;
    throw error;
  }
  throw new Error('it was taken');
}

describe('serviceConfig', () => {
  it('has defaults for all but the port and the account', () => {
    expect(serviceConfig(serve, 'accounts', noFile)).toEqual({
      port: 8080,
      host: '127.0.0.1',
      freshWithinMs: 120_000,
      database: { host: '127.0.0.1', port: 3306, user: 'reader', password: 's3cret', database: 'accounts' },
    });
  });

  // HOST= in a file of variables would make a server listen everywhere.
  it('takes an empty variable for one that is not set', () => {
    const empty = {
      ...serve,
      HOST: '',
      READ_DB_HOST: '',
      READ_DB_PORT: '',
      READ_DB_NAME: '',
      READ_DB_PASSWORD_FILE: '',
      FRESH_WITHIN_MS: '',
    };
    expect(serviceConfig(empty, 'accounts', noFile)).toEqual(serviceConfig(serve, 'accounts', noFile));
  });

  it.each([
    ['s3cret\n', 's3cret'],
    ['s3cret\r\n', 's3cret'],
    [' with blanks \n', ' with blanks '],
    ['two\nlines\n', 'two\nlines'],
  ])('reads the password file %j', (content, password) => {
    const file = (path: string) => (path === '/run/secret' ? content : noFile(path));
    const env = { ...serve, READ_DB_PASSWORD: undefined, READ_DB_PASSWORD_FILE: '/run/secret' };
    expect(serviceConfig(env, 'accounts', file).database.password).toBe(password);
  });
});

describe('projectConfig', () => {
  it('has what a projector needs', () => {
    const env = { ...project, KAFKA_BROKERS: 'one:9092,10.0.0.2:9093', LEASE_MS: '2000', MAX_ROWS: '7' };
    expect(projectConfig(env, 'accounts', noFile)).toEqual({
      ...serviceConfig(serve, 'accounts', noFile),
      brokers: ['one:9092', '10.0.0.2:9093'],
      registryUrl: 'http://registry/apis/ccompat/v7',
      topicPrefix: 'bank',
      leaseMs: 2000,
      maxRows: 7,
    });
    expect(projectConfig(project, 'accounts', noFile)).toMatchObject({ leaseMs: 10_000, maxRows: 5000 });
  });

  it.each(['PORT', 'READ_DB_USER', 'READ_DB_PASSWORD', 'KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'TOPIC_PREFIX'])(
    'names %s when it is missing or empty',
    (name) => {
      for (const value of [undefined, '']) expect(refusal({ [name]: value })).toContain(`${name}: it is not set`);
      expect(refusal({ [name]: undefined })).toContain('--help');
      expect(variables).toContain(name);
    },
  );

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '8080x'],
    ['PORT', '80.5'],
    ['READ_DB_PORT', '0'],
    ['FRESH_WITHIN_MS', '0'],
    ['LEASE_MS', '999'],
    ['MAX_ROWS', '0'],
    ['MAX_ROWS', '1e3'],
  ])('names %s when it is %s', (name, value) => {
    expect(refusal({ [name]: value })).toContain(`${name}: '${value}' is not a whole number from`);
    expect(variables).toContain(name);
  });

  it.each(['one', 'one:', ':9092', 'one:9092,', 'one:9092, two:9092', 'one:9092;two:9092'])(
    'refuses the brokers %j',
    (value) => {
      expect(refusal({ KAFKA_BROKERS: value })).toMatch(/^KAFKA_BROKERS: '.*' is not host:port/);
    },
  );

  it.each(['registry:8080', 'ftp://registry', 'http://', 'http://user:s3cret@'])(
    'refuses the registry %j, and does not repeat it',
    (value) => {
      const message = refusal({ SCHEMA_REGISTRY_URL: value });
      expect(message).toContain('SCHEMA_REGISTRY_URL: it is not an http URL');
      expect(message).not.toContain('s3cret');
    },
  );

  it('names the variable whose file cannot be read', () => {
    expect(refusal({ READ_DB_PASSWORD_FILE: '/gone' })).toContain(
      "READ_DB_PASSWORD_FILE: ENOENT: no such file or directory, open '/gone'",
    );
  });
});
