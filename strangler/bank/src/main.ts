import { runFacade } from '@banyan/strangler';
import { accountRoutes } from './accounts.ts';

process.exitCode = await runFacade(accountRoutes, process.argv.slice(2), process.env);
