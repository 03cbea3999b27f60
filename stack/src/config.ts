import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { StackError } from './errors.ts';

export const partNames = ['source-db', 'read-db', 'kafka', 'registry', 'connect'] as const;
export type PartName = (typeof partNames)[number];

const portOrder = [
  'source-db',
  'read-db',
  'kafka',
  'kafka-controller',
  'connect',
  'registry',
  'registry-admin',
] as const;
export type PortName = (typeof portOrder)[number];
export type Ports = Readonly<Record<PortName, number>>;

export interface StackConfig {
  /** Downloads and Java's class archives: shared by all checkouts, safe to delete. */
  readonly cacheDir: string;
  /** The data of one stack; two stacks need two folders and two port bases. */
  readonly dataDir: string;
  readonly ports: Ports;
}

/** Seven consecutive ports from `base`, with single ones overridden. */
export function portsFrom(base: number, overrides: Partial<Record<PortName, number>> = {}): Ports {
  return Object.fromEntries(portOrder.map((name, index) => [name, overrides[name] ?? base + index])) as Ports;
}

/**
 * Reads BANYAN_CACHE (default `~/.cache/banyan`), BANYAN_DATA (default `.banyan/<purpose>` in `root`), BANYAN_PORT_BASE
 * and, per port, BANYAN_PORT_KAFKA and so on. Throws StackError `config` naming the variable.
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  defaults: { readonly root: string; readonly purpose: string; readonly portBase: number },
): StackConfig {
  const base = port(env, 'BANYAN_PORT_BASE') ?? defaults.portBase;
  const overrides: Partial<Record<PortName, number>> = {};
  for (const name of portOrder) {
    const value = port(env, `BANYAN_PORT_${name.toUpperCase().replaceAll('-', '_')}`);
    if (value !== undefined) overrides[name] = value;
  }
  return {
    cacheDir: resolve(env.BANYAN_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'banyan')),
    dataDir: resolve(env.BANYAN_DATA ?? join(defaults.root, '.banyan', defaults.purpose)),
    ports: portsFrom(base, overrides),
  };
}

function port(env: NodeJS.ProcessEnv, variable: string): number | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1024 && value <= 65_500) return value;
  throw new StackError('config', `${variable} is '${text}'; give a port number from 1024 to 65500`);
}
