import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
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
  /** Downloads and Java's class archives: shared by all checkouts, safe to delete while nothing runs. */
  readonly cacheDir: string;
  /** The data of one stack; two stacks need two folders and two port bases. */
  readonly dataDir: string;
  readonly ports: Ports;
}

/** Seven consecutive ports from `base`, with single ones overridden. Throws StackError `config` when two are the same. */
export function portsFrom(base: number, overrides: Partial<Record<PortName, number>> = {}): Ports {
  const ports = Object.fromEntries(portOrder.map((name, index) => [name, overrides[name] ?? base + index])) as Ports;
  portOrder.forEach((name, index) => {
    const other = portOrder.slice(0, index).find((earlier) => ports[earlier] === ports[name]);
    if (!other) return;
    const variables = `${portVariable(other)} or ${portVariable(name)}`;
    throw new StackError('config', `${other} and ${name} both have port ${ports[name]}; change ${variables}`);
  });
  return ports;
}

/**
 * Reads BANYAN_CACHE (default `~/.cache/banyan`), BANYAN_DATA (default `.banyan/<purpose>` in `root`), BANYAN_PORT_BASE
 * and, per port, BANYAN_PORT_KAFKA and so on; an empty variable counts as unset. Throws StackError `config` naming it.
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  defaults: { readonly root: string; readonly purpose: string; readonly portBase: number },
): StackConfig {
  const base = port(env, 'BANYAN_PORT_BASE') ?? defaults.portBase;
  const overrides: Partial<Record<PortName, number>> = {};
  for (const name of portOrder) {
    const value = port(env, portVariable(name));
    if (value !== undefined) overrides[name] = value;
  }
  return {
    cacheDir: folder('BANYAN_CACHE', env.BANYAN_CACHE || join(userCache(env), 'banyan')),
    dataDir: folder('BANYAN_DATA', env.BANYAN_DATA || join(defaults.root, '.banyan', defaults.purpose)),
    ports: portsFrom(base, overrides),
  };
}

const portVariable = (name: PortName): string => `BANYAN_PORT_${name.toUpperCase().replaceAll('-', '_')}`;

function port(env: NodeJS.ProcessEnv, variable: string): number | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^\d{4,5}$/.test(text) && value >= 1024 && value <= 65_500) return value;
  throw new StackError('config', `${variable} is '${text}'; give a port number from 1024 to 65500`);
}

/** A relative XDG_CACHE_HOME is to be ignored; source: XDG Base Directory Specification. */
function userCache(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  return join(env.HOME || homedir(), '.cache');
}

/** These characters separate paths in Java class paths, Kafka's lists and H2's URLs, which know no way to quote them. */
function folder(variable: string, path: string): string {
  const absolute = resolve(path);
  const found = /[,:;*$\\\n\r]/.exec(absolute);
  if (!found) return absolute;
  const shown = JSON.stringify(found[0]);
  throw new StackError('config', `the folder ${absolute} has a ${shown} in it; choose another one with ${variable}`);
}
