import type { Part, Stack } from '@banyan/stack';
import type { Problem } from '../errors.ts';
import { project } from '../project/project.ts';
import type { Target } from '../target.ts';
import { connectorStates } from './connectors.ts';
import { fullDisks } from './disks.ts';
import { hangingProblems } from './hanging.ts';
import { problemsIn, type Seen } from './judge.ts';
import { partStatus } from './parts.ts';
import { notRunning, type ServiceAddress, type ServiceState, serviceState } from './services.ts';

export interface Looked {
  readonly seen: Seen;
  /** Everything that is not as it should be. */
  readonly problems: readonly Problem[];
}

/** Asks everything at once, and never waits longer than the limit for any of it. Never rejects for what is asked. */
export async function lookAt({ stack, services, parts }: Target, limitMs: number): Promise<Looked> {
  const roles = services.flatMap(({ name, projector, projectorUrl, api, apiUrl }) => [
    { name, role: 'project' as const, url: projectorUrl, part: projector },
    { name, role: 'serve' as const, url: apiUrl, part: api },
  ]);
  const [partStates, full, hanging, connect, projections] = await Promise.all([
    Promise.all(parts.map((part) => partStatus(part, limitMs))),
    fullDisks(stack, limitMs),
    hangingProblems(stack, project().prefix, limitMs),
    connectOf(stack, limitMs),
    Promise.all(roles.map(({ part, ...service }) => serviceOf(part, service, limitMs))),
  ]);
  const seen: Seen = { dataDir: stack.dataDir, parts: partStates, connectors: connect.connectors, projections };
  const others = problemsIn(seen, connect.problem).filter(({ where }) => !full.some((disk) => disk.where === where));
  return { seen, problems: [...full, ...hanging, ...others] };
}

/** What does not run is not asked: something else may listen on its port. */
async function connectOf(stack: Stack, limitMs: number): ReturnType<typeof connectorStates> {
  if (await stack.part('connect').isRunning()) return connectorStates(stack, limitMs);
  const message = 'the connectors cannot be asked: Kafka Connect does not run';
  return {
    connectors: [],
    problem: { where: 'connectors', code: 'not-running', message, remedy: 'start it: banyan up' },
  };
}

async function serviceOf(part: Part, service: ServiceAddress, limitMs: number): Promise<ServiceState> {
  return (await part.isRunning()) ? serviceState(service, limitMs) : notRunning(service);
}
