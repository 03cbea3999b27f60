import { runService } from '@banyan/kit';
import { accounts } from './projection.ts';

process.exitCode = await runService(accounts, process.argv.slice(2), process.env);
