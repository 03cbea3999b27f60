import { join } from 'node:path';
import { Part, type Stack } from '@banyan/stack';

export interface NodePart {
  readonly name: string;
  readonly main: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it answers: 200 when it does its work. None: to run is all it has to do. */
  readonly health?: { readonly port: number; readonly path: string };
  /** Where it answers besides, told first. */
  readonly ports?: readonly number[];
}

/** A Node process, as a part of the stack. */
export function nodePart(stack: Stack, { name, main, args, env, health, ports = [] }: NodePart): Part {
  const spec = {
    name,
    command: [process.execPath, '--disable-warning=TimeoutNegativeWarning', main, ...args] as [string, ...string[]],
    env,
    ports: [...ports, ...(health ? [health.port] : [])],
    graceMs: 10_000,
    prepare: async () => {},
    answers: async () => {
      if (health) await answers(`http://127.0.0.1:${health.port}${health.path}`);
    },
  };
  return new Part(spec, stack.dataDir);
}

/** The file with a password of the stack, for the variables that end in _PASSWORD_FILE. */
export const passwordFile = (stack: Stack, name: string): string => join(stack.credentials.folder, `${name}.password`);

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch((error: Error) => {
    throw new Error((error.cause as Error | undefined)?.message || error.message);
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(reasonIn(text) ?? `HTTP ${response.status}`);
}

function reasonIn(text: string): string | null {
  try {
    const { state, reason } = JSON.parse(text) as { state?: string; reason?: string };
    return reason ?? state ?? null;
  } catch {
    return null;
  }
}
