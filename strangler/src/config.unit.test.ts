import { describe, expect, it } from '@jest/globals';
import { facadeConfig } from './config.ts';

const whole = {
  PORT: '0',
  ADMIN_PORT: '0',
  MONOLITH_URL: 'http://bank:8080',
  SERVICES: 'accounts=http://accounts:8080, account-statements=http://127.0.0.1:1/',
  STATE_DB_USER: 'facade',
  STATE_DB_PASSWORD_FILE: '/secrets/state',
  SOURCE_DB_USER: 'facade',
  SOURCE_DB_PASSWORD: 'secret',
  READ_AFTER_KEY_FILE: '/secrets/key',
  AUTH_JWKS_URL: 'https://issuer.example/keys',
  AUTH_ISSUER: 'issuer',
  AUTH_AUDIENCE: 'bank',
};
const configOf = (env: Readonly<Record<string, string>>) =>
  facadeConfig({ ...whole, ...env }, (path) => `in ${path}\n`);

describe('the environment of a facade', () => {
  it('is read whole', () => {
    const config = configOf({});
    expect(config).toMatchObject({
      services: { accounts: 'http://accounts:8080', 'account-statements': 'http://127.0.0.1:1' },
      database: { host: '127.0.0.1', port: 3306, user: 'facade', password: 'in /secrets/state', database: 'facade' },
      source: { user: 'facade', password: 'secret' },
      requests: 2000,
      serviceTokenFile: null,
    });
    expect(config.monolith.origin).toBe('http://bank:8080');
  });

  it('needs no service: all is the monolith’s then', () => {
    expect(configOf({ SERVICES: '' }).services).toEqual({});
  });

  it.each([
    ['MONOLITH_URL', { MONOLITH_URL: 'http://bank/path' }],
    ['MONOLITH_URL', { MONOLITH_URL: 'http://me:secret@bank' }],
    ['MONOLITH_URL', { MONOLITH_URL: '' }],
    ['SERVICES', { SERVICES: 'accounts' }],
    ['SERVICES', { SERVICES: 'accounts=ftp://x' }],
    ['STATE_DB_USER', { STATE_DB_USER: '' }],
    ['SOURCE_DB_PORT', { SOURCE_DB_PORT: '0' }],
    ['READ_AFTER_KEY_FILE', { READ_AFTER_KEY_FILE: '' }],
    ['AUTH', { AUTH: 'off', AUTH_JWKS_URL: '', AUTH_ISSUER: '', AUTH_AUDIENCE: '' }],
    ['AUTH_JWKS_URL', { AUTH_JWKS_URL: '' }],
    ['MAX_REQUESTS', { MAX_REQUESTS: 'many' }],
  ])('names %s when it is wrong, and tells no secret', (name, env) => {
    const error = (() => {
      try {
        configOf(env as Record<string, string>);
        return null;
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error?.message).toMatch(new RegExp(`^${name}\\b`));
    expect(error?.message).not.toContain('secret@');
  });
});
