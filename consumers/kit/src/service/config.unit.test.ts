import { describe, expect, it } from '@jest/globals';
import { KitError } from '../errors.ts';
import { projectConfig, serveConfig, serviceConfig, variables } from './config.ts';

const noFile = (path: string): string => {
  throw new Error(`ENOENT: no such file or directory, open '${path}'`);
};
const serve = { PORT: '8080', READ_DB_USER: 'reader', READ_DB_PASSWORD: 's3cret' };
const project = {
  ...serve,
  KAFKA_BROKERS: 'one:9092',
  SCHEMA_REGISTRY_URL: 'http://registry/apis/ccompat/v7',
  TOPIC_PREFIX: 'bank',
  SOURCE_DB_USER: 'looker',
  SOURCE_DB_PASSWORD: 's3cret too',
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
      kafkaClient: 'kafkajs',
      kafkaAccess: null,
      registryUrl: 'http://registry/apis/ccompat/v7',
      topicPrefix: 'bank',
      source: { host: '127.0.0.1', port: 3306, user: 'looker', password: 's3cret too' },
      writeBack: null,
      leaseMs: 2000,
      maxRows: 7,
    });
    expect(projectConfig(project, 'accounts', noFile)).toMatchObject({ leaseMs: 10_000, maxRows: 5000 });
  });

  it('carries writes back as whoever it is told', () => {
    const back = { WRITE_BACK_DB_USER: 'carrier', SOURCE_DB_PORT: '3307' };
    expect(refusal(back)).toContain('WRITE_BACK_DB_PASSWORD');
    expect(projectConfig({ ...project, ...back, WRITE_BACK_DB_PASSWORD: 'c' }, 'accounts', noFile).writeBack).toEqual({
      ...{ host: '127.0.0.1', port: 3307, user: 'carrier', password: 'c' },
    });
  });

  it.each(['PORT', 'READ_DB_USER', 'READ_DB_PASSWORD', 'KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'TOPIC_PREFIX'])(
    'names %s when it is missing or empty',
    (name) => {
      for (const value of [undefined, '']) expect(refusal({ [name]: value })).toContain(`${name}: it is not set`);
      expect(refusal({ [name]: undefined })).toContain('--help');
      expect(variables).toContain(name);
    },
  );

  it('leaves cascades out only when that is said', () => {
    const without = { ...project, SOURCE_DB_USER: undefined, SOURCE_DB_PASSWORD: undefined };
    expect(projectConfig({ ...without, CASCADES: 'off' }, 'accounts', noFile).source).toBeNull();
    expect(refusal({ SOURCE_DB_USER: undefined })).toContain('SOURCE_DB_USER: it is not set');
    expect(refusal({ CASCADES: 'off' })).toContain('CASCADES: they are off, yet SOURCE_DB_USER is set');
    expect(refusal({ CASCADES: 'no' })).toContain("CASCADES: 'no' is not off");
    expect(variables).toContain('CASCADES=off');
  });

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

  it('takes a Kafka client that it knows, kafkajs unless said', () => {
    const clientOf = (client: string) => projectConfig({ ...project, KAFKA_CLIENT: client }, 'accounts', noFile);
    expect(['', 'kafkajs', 'platformatic'].map((client) => clientOf(client).kafkaClient)).toEqual([
      'kafkajs',
      'kafkajs',
      'platformatic',
    ]);
    expect(refusal({ KAFKA_CLIENT: 'rdkafka' })).toContain(
      "KAFKA_CLIENT: 'rdkafka' is not one of kafkajs, platformatic",
    );
    expect(variables).toContain('KAFKA_CLIENT');
  });

  describe('access to Kafka', () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
    const files: Readonly<Record<string, string>> = {
      '/ca.crt': certificate,
      '/password': 's3cret\n',
      '/key': 'a key',
    };
    const file = (path: string) => files[path] ?? noFile(path);
    const tls = { KAFKA_TLS_CA_FILE: '/ca.crt' };
    const accessOf = (change: Record<string, string>) =>
      projectConfig({ ...project, ...change }, 'accounts', file).kafkaAccess;

    it('is TLS with the given certificates, and a user when he is named', () => {
      expect(accessOf({ KAFKA_TLS_CA_FILE: '', KAFKA_SASL_USER: '' })).toBeNull();
      expect(accessOf(tls)).toEqual({ ca: certificate, user: null });
      const named = { ...tls, KAFKA_SASL_USER: 'accounts-kafka' };
      const access = { ca: certificate, user: { name: 'accounts-kafka', password: 's3cret' } };
      expect(accessOf({ ...named, KAFKA_SASL_PASSWORD_FILE: '/password' })).toEqual(access);
      expect(accessOf({ ...named, KAFKA_SASL_PASSWORD: 's3cret' })).toEqual(access);
    });

    it.each<[Record<string, string>, string]>([
      [{ KAFKA_TLS_CA_FILE: '/gone' }, "KAFKA_TLS_CA_FILE: ENOENT: no such file or directory, open '/gone'"],
      [{ KAFKA_TLS_CA_FILE: '/key' }, 'KAFKA_TLS_CA_FILE: /key has no certificate in it'],
      [{ ...tls, KAFKA_SASL_USER: 'accounts' }, 'KAFKA_SASL_PASSWORD: it is not set'],
      [{ ...tls, KAFKA_SASL_PASSWORD: 's3cret' }, 'KAFKA_SASL_USER: it is not set, yet KAFKA_SASL_PASSWORD is'],
      [{ KAFKA_SASL_USER: 'accounts', KAFKA_SASL_PASSWORD: 's3cret' }, 'KAFKA_TLS_CA_FILE is not: nobody is named'],
    ])('refuses %j', (change, message) => {
      expect(refusal(change, file)).toContain(message);
      expect(refusal(change, file)).not.toContain('s3cret');
      for (const name of Object.keys(change)) expect(variables).toContain(name);
    });
  });

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

describe('serveConfig', () => {
  const tokens = {
    AUTH_JWKS_URL: 'https://issuer.example/jwks.json',
    AUTH_ISSUER: 'https://issuer.example',
    AUTH_AUDIENCE: 'accounts',
  };
  const auth = (change: Record<string, string>) => serveConfig({ ...serve, ...change }, 'accounts', noFile).auth;

  it('checks tokens, unless it is told to be off', () => {
    expect(auth({ AUTH: 'off', AUTH_SERVICE_HOST: '10.0.0.1' })).toBe('off');
    expect(auth(tokens)).toMatchObject({
      jwksUrl: tokens.AUTH_JWKS_URL,
      issuer: tokens.AUTH_ISSUER,
      audience: 'accounts',
      customerClaim: 'customer_id',
    });
    expect(auth({ ...tokens, AUTH_CUSTOMER_CLAIM: 'sub', AUTH_ALGORITHMS: 'ES256,EdDSA' })).toMatchObject({
      customerClaim: 'sub',
      algorithms: ['ES256', 'EdDSA'],
    });
    expect(auth({ ...tokens, AUTH_JWKS_URL: 'file:///keys/jwks.json' })).toMatchObject({
      jwksUrl: 'file:///keys/jwks.json',
    });
    expect(auth({ ...tokens, AUTH_JWKS_URL: 'http://127.0.0.1:8089/jwks.json' })).toMatchObject({
      issuer: tokens.AUTH_ISSUER,
    });
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'AUTH_JWKS_URL: it is not set, and AUTH=off is not said either'],
    [{ AUTH: '' }, 'AUTH_JWKS_URL: it is not set'],
    [{ AUTH: 'on', ...tokens }, "AUTH: 'on' is not off"],
    [{ AUTH: 'off', ...tokens }, 'AUTH: it is off, yet AUTH_JWKS_URL is set'],
    [{ ...tokens, AUTH_ISSUER: '' }, 'AUTH_ISSUER: it is not set'],
    [{ ...tokens, AUTH_AUDIENCE: '' }, 'AUTH_AUDIENCE: it is not set'],
    [{ ...tokens, AUTH_JWKS_URL: 'issuer' }, 'AUTH_JWKS_URL: it is not an https URL'],
    [{ ...tokens, AUTH_JWKS_URL: 'http://issuer.example/jwks' }, 'AUTH_JWKS_URL: it is not an https URL'],
    [{ ...tokens, AUTH_JWKS_URL: 'http://127.0.0.1.example/jwks' }, 'AUTH_JWKS_URL: it is not an https URL'],
    [{ ...tokens, AUTH_JWKS_URL: 'https://u:p@issuer.example/' }, 'AUTH_JWKS_URL: it has a user or a password in it'],
    [{ ...tokens, AUTH_ALGORITHMS: 'none' }, "AUTH_ALGORITHMS: 'none' is not one of"],
    [{ ...tokens, AUTH_ALGORITHMS: 'ES256,HS256' }, "AUTH_ALGORITHMS: 'HS256' is not one of"],
  ])('refuses %j', (change, message) => {
    expect(() => auth(change)).toThrow(message);
  });
});
