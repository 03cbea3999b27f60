import type { Part, Stack } from '@banyan/stack';
import { type Arguments, type Command, type Context, wholeNumber } from '../command.ts';
import { project } from '../project/project.ts';
import { openTarget } from '../target.ts';
import { jsonLine } from '../terminal/escape.ts';
import { connectorStates } from './connectors.ts';
import { fullDisks } from './disks.ts';
import { hangingProblems } from './hanging.ts';
import { problemsIn, type Seen } from './judge.ts';
import { partStatus } from './parts.ts';
import { statusText } from './render.ts';
import { notRunning, type ServiceAddress, type ServiceState, serviceState } from './services.ts';

export const status: Command = {
  summary: 'how each part, connector, task and projection is: state, position, freshness, rows, lag',
  help: `banyan status [--timeout SECONDS]

Asks everything at once and never waits longer than the timeout (3 s) for any of it: what does not answer is
called silent. The exit code is 0 when all of it works, 1 when something does not.

  banyan status                                       for people
  banyan status --json | jq '.problems[].message'     for scripts
  until banyan status >/dev/null; do sleep 1; done    wait until all of it works`,
  options: { timeout: { value: 'SECONDS' } },
  words: 0,
  run: runStatus,
};

async function runStatus(context: Context, args: Arguments): Promise<number> {
  const limitMs = 1000 * wholeNumber(args, 'timeout', 3, 1, 600);
  const { stack, services, parts } = openTarget(context.config);
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
  const problems = [...full, ...hanging, ...others];
  const ok = problems.length === 0;
  await context.output.line(
    context.json ? jsonLine({ command: 'status', ok, problems, ...seen }) : statusText(seen, problems),
  );
  return ok ? 0 : 1;
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
