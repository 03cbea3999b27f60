import { isIP } from 'node:net';
import type { DatabaseSettings } from './database.ts';

/** The environment as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the bank is told by its environment. */
export interface BankConfig {
  readonly host: string;
  readonly port: number;
  readonly database: DatabaseSettings;
}

/** The environment cannot be used; the message has one line for each variable that is wrong. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

const DEFAULT_PORT = '8012';

interface Rule {
  readonly name: string;
  readonly fallback?: string;
  readonly accepts: (value: string) => boolean;
  readonly wanted: string;
  readonly secret?: boolean;
}

function isWholeNumber(value: string, from: number, to: number): boolean {
  return /^(0|[1-9][0-9]{0,4})$/.test(value) && Number(value) >= from && Number(value) <= to;
}

const RULES = {
  listen: {
    name: 'BANK_HOST',
    fallback: '127.0.0.1',
    accepts: (value) => isIP(value) !== 0,
    wanted: 'the IP address the bank listens on',
  },
  port: {
    name: 'BANK_PORT',
    fallback: DEFAULT_PORT,
    accepts: (value) => isWholeNumber(value, 0, 65_535),
    wanted: 'a port from 1 to 65535 (0: any free one)',
  },
  host: {
    name: 'BANK_DB_HOST',
    fallback: '127.0.0.1',
    accepts: (value) => /^[A-Za-z0-9.:_-]{1,255}$/.test(value),
    wanted: 'the host name or address of the database',
  },
  databasePort: {
    name: 'BANK_DB_PORT',
    fallback: '3306',
    accepts: (value) => isWholeNumber(value, 1, 65_535),
    wanted: 'the port of the database, from 1 to 65535',
  },
  user: {
    name: 'BANK_DB_USER',
    accepts: (value) => /^\P{Cc}{1,80}$/u.test(value),
    wanted: 'the database account the bank uses, 1 to 80 characters',
  },
  password: {
    name: 'BANK_DB_PASSWORD',
    accepts: (value) => !value.includes('\0'),
    wanted: "that account's password, set even when it is empty",
    secret: true,
  },
  database: {
    name: 'BANK_DB_NAME',
    fallback: 'bank',
    accepts: (value) => /^[A-Za-z0-9_$-]{1,64}$/.test(value),
    wanted: 'the name of the database, 1 to 64 letters, digits, _, $ or -',
  },
} satisfies Record<string, Rule>;

/**
 * Reads and checks what `serve` and `seed` need. BANK_DB_USER and BANK_DB_PASSWORD have no default.
 * Throws ConfigError naming every variable that is wrong; the password is never shown.
 */
export function readConfig(environment: Environment = process.env): BankConfig {
  const faults: string[] = [];
  const read = (rule: Rule) => readVariable(environment, rule, faults);
  const config = {
    host: read(RULES.listen),
    port: Number(read(RULES.port)),
    database: {
      host: read(RULES.host),
      port: Number(read(RULES.databasePort)),
      user: read(RULES.user),
      password: read(RULES.password),
      name: read(RULES.database),
    },
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Where a bank started with this environment answers. Throws ConfigError. */
export function readBankUrl(environment: Environment = process.env): string {
  const faults: string[] = [];
  const port = readVariable(environment, RULES.port, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return `http://127.0.0.1:${port}`;
}

function readVariable(environment: Environment, rule: Rule, faults: string[]): string {
  const value = environment[rule.name] ?? rule.fallback;
  if (value !== undefined && rule.accepts(value)) return value;
  const found = value === undefined ? 'it is not set' : rule.secret === true ? 'it is not' : `it is "${value}"`;
  faults.push(`${rule.name} must be ${rule.wanted}; ${found}`);
  return '';
}
