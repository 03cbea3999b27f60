import type { DatabaseAccess, TokenRules } from '@banyan/kit';
import { type Environment, passwordIn, textIn, tokenRulesIn, wholeIn, wrongIn } from '@banyan/kit';

/** What a facade needs from its surroundings; the same names in a ConfigMap and on a laptop. */
export interface FacadeConfig {
  readonly port: number;
  readonly host: string;
  readonly admin: { readonly port: number; readonly host: string };
  readonly monolith: URL;
  /** Query APIs by the names of their services. */
  readonly services: Readonly<Record<string, string>>;
  readonly serviceTokenFile: string | null;
  /** The facade's own database. */
  readonly database: DatabaseAccess;
  readonly source: Omit<DatabaseAccess, 'database'>;
  readonly readAfterKeyFile: string;
  /** Who may see and move routes. */
  readonly auth: TokenRules;
  readonly requests: number;
  /** How long a replica that cannot read where the routes stand goes on sending writes of write routes to the monolith. */
  readonly writeLeaseMs: number;
}

export const variables = `  PORT                  where clients ask; 0 takes a free port
  HOST                  default 127.0.0.1
  ADMIN_PORT            where routes are seen and moved
  ADMIN_HOST            default 127.0.0.1
  MONOLITH_URL          http://host:port
  SERVICES              query APIs: accounts=http://host:port, more separated by commas; routes of others stay the monolith's
  SERVICE_TOKEN_FILE    a bearer token for them, read anew when it changes; without it none is sent
  STATE_DB_HOST         the MariaDB with the facade's own database; default 127.0.0.1
  STATE_DB_PORT         default 3306
  STATE_DB_USER
  STATE_DB_PASSWORD     or STATE_DB_PASSWORD_FILE, a file that holds it
  STATE_DB_NAME         default facade
  SOURCE_DB_HOST        the monolith's MariaDB, asked for its position after each write; default 127.0.0.1
  SOURCE_DB_PORT        default 3306
  SOURCE_DB_USER        an account; it needs no rights
  SOURCE_DB_PASSWORD    or SOURCE_DB_PASSWORD_FILE
  READ_AFTER_KEY_FILE   32 bytes or more as base64, a line each; the first signs, all are taken
  AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE
                        whose tokens may see (scope routes:read) and move routes (routes:write)
  MAX_REQUESTS          that are answered at the same time; default 2000. Three quarters of them may wait for the monolith, an eighth
                        for a read model
  WRITE_LEASE_MS        a replica that cannot read where the routes stand for so long takes no writes of write routes; one
                        that was killed keeps them from being switched for twice that; default 30000`;

/** Throws KitError `config` that names the variable. `file` reads a file, for *_FILE variables. */
export function facadeConfig(env: Environment, file: (path: string) => string): FacadeConfig {
  const auth = tokenRulesIn(env);
  if (auth === 'off') throw wrongIn('AUTH', 'routes are moved by those alone who have a token');
  return {
    port: wholeIn(env, 'PORT', 0, 65_535),
    host: env.HOST || '127.0.0.1',
    admin: { port: wholeIn(env, 'ADMIN_PORT', 0, 65_535), host: env.ADMIN_HOST || '127.0.0.1' },
    monolith: httpUrl('MONOLITH_URL', textIn(env, 'MONOLITH_URL')),
    services: servicesIn(env.SERVICES ?? ''),
    serviceTokenFile: env.SERVICE_TOKEN_FILE || null,
    database: { ...accessOf(env, 'STATE_DB', file), database: env.STATE_DB_NAME || 'facade' },
    source: accessOf(env, 'SOURCE_DB', file),
    readAfterKeyFile: textIn(env, 'READ_AFTER_KEY_FILE'),
    auth,
    requests: wholeIn(env, 'MAX_REQUESTS', 1, 100_000, 2000),
    writeLeaseMs: wholeIn(env, 'WRITE_LEASE_MS', 1000, 3_600_000, 30_000),
  };
}

function accessOf(env: Environment, prefix: 'STATE_DB' | 'SOURCE_DB', file: (path: string) => string) {
  return {
    host: env[`${prefix}_HOST`] || '127.0.0.1',
    port: wholeIn(env, `${prefix}_PORT`, 1, 65_535, 3306),
    user: textIn(env, `${prefix}_USER`),
    password: passwordIn(env, prefix, file),
  };
}

function servicesIn(text: string): Record<string, string> {
  const pairs = (text.trim() === '' ? [] : text.split(',')).map((pair) => {
    const [, name, url] = /^\s*([a-z][a-z0-9-]*)=(\S+)\s*$/.exec(pair) ?? [];
    if (name === undefined) throw wrongIn('SERVICES', `'${pair}' is not name=http://host:port`);
    return [name, httpUrl('SERVICES', url!).origin] as const;
  });
  return Object.fromEntries(pairs);
}

/** What is not told may have a password in it. */
function httpUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === 'http:' && url.pathname === '/' && !url.search && !url.username && !url.password;
  if (!isPlain) throw wrongIn(name, 'it is not http://host:port');
  return url;
}
