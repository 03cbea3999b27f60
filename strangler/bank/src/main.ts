import { runFacade } from '@banyan/strangler';
import { routes } from './routes.ts';

process.exitCode = await runFacade(routes, process.argv.slice(2), process.env);
