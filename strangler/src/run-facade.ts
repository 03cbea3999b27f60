import { readFileSync } from 'node:fs';
import { type Environment, KitError, logger, stopSignal } from '@banyan/kit';
import { facadeConfig, variables } from './config.ts';
import { openFacade } from './open-facade.ts';
import type { Route } from './route/declaration.ts';

/**
 * A facade's whole `main`. Ends on SIGTERM or SIGINT, after what is under way; resolves to the exit code: 0, or 2 for a wrong call or
 * environment.
 */
export async function runFacade(routes: readonly Route[], args: readonly string[], env: Environment): Promise<number> {
  if (args.length > 0) {
    const isAsked = args.some((word) => word === '--help' || word === '-h');
    (isAsked ? console.log : console.error)(usage(routes));
    return isAsked ? 0 : 2;
  }
  const log = logger({ role: 'facade' });
  try {
    const config = facadeConfig(env, readText);
    const facade = await openFacade(routes, config, log);
    log({ url: facade.url, message: 'answers' });
    log({ adminUrl: facade.adminUrl, message: 'routes are seen and moved here' });
    const stop = stopSignal(log);
    await new Promise((stopped) => stop.addEventListener('abort', stopped, { once: true }));
    await facade.close();
    return 0;
  } catch (thrown) {
    const error = KitError.from(thrown);
    console.error(`facade: ${error.message}${error.remedy ? `; ${error.remedy}` : ''}`);
    return error.code === 'config' ? 2 : 1;
  }
}

const readText = (path: string): string => readFileSync(path, 'utf8');

function usage(routes: readonly Route[]): string {
  return `The facade before the monolith; its routes: ${routes.map(({ name, method, path }) => `${name} (${method} ${path})`).join(', ')}

  node src/main.ts          answers each route by the monolith or by services, as it stands; run as many as needed

Where a route stands is seen and moved on its admin port (banyan routes, banyan route). It is set up by the environment:
${variables}`;
}
