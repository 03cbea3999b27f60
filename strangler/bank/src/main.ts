import { runFacade } from '@banyan/strangler';
import { accountRoutes } from './accounts.ts';
import { contact } from './contact.ts';

process.exitCode = await runFacade([...accountRoutes, contact], process.argv.slice(2), process.env);
