import type { SeenRoutes } from '@banyan/strangler';
import type { Arguments, Command, Context } from '../command.ts';
import type { Problem } from '../errors.ts';
import { jsonLine } from '../terminal/escape.ts';
import { askFacade } from './admin-client.ts';
import { facadeHelp, facadeOf, facadeOptions } from './facade.ts';
import { routesText } from './render.ts';

export const routes: Command = {
  summary: 'where each route of the facade stands, what was seen of it, and what its gate says to the next step',
  help: `banyan routes [--url URL --token-file FILE]

  banyan routes                                         for people
  banyan routes --json | jq '.routes[].next.findings'   for scripts
  banyan route accounts                                 one of them, with its differences and changes

Counts are those of all replicas, since the route came into shadow. The exit code is 1 when the facade does not know the states now, or
has set a route aside; a gate that is closed is no problem.

${facadeHelp}`,
  options: facadeOptions,
  words: 0,
  run: runRoutes,
};

async function runRoutes(context: Context, args: Arguments): Promise<number> {
  const seen = await askFacade<SeenRoutes>(await facadeOf(context, args), '/routes');
  const problems = problemsIn(seen);
  const ok = problems.length === 0;
  const { output, json } = context;
  await output.line(json ? jsonLine({ command: 'routes', ok, problems, ...seen }) : routesText(seen.routes, problems));
  return ok ? 0 : 1;
}

export function problemsIn({ routes: all, known: { knownForMs, reason } }: SeenRoutes): Problem[] {
  const last =
    knownForMs === null ? 'never were: everything goes to the monolith' : `were ${Math.round(knownForMs / 1000)} s ago`;
  const unknown =
    reason === null
      ? []
      : [
          problem(
            'facade',
            'state-unavailable',
            `the states cannot be read, and ${last}: ${reason}`,
            'see that its database answers',
          ),
        ];
  const aside = all
    .filter((route) => route.isSetAside)
    .map(({ name }) =>
      problem(
        name,
        'route-set-aside',
        'its gate is broken: the monolith answers, though its state could not be changed yet',
        null,
      ),
    );
  return [...unknown, ...aside];
}

const problem = (where: string, code: string, message: string, remedy: string | null): Problem => ({
  where,
  code,
  message,
  remedy,
});
