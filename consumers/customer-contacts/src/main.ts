import { runService } from '@banyan/kit';
import { projection } from './projection.ts';

process.exitCode = await runService(projection, process.argv.slice(2), process.env);
