// The mirror as a service of its own: project | serve
import { runService } from '@banyan/kit';
import { linesProjection } from './lines-projection.ts';

process.exitCode = await runService(linesProjection, process.argv.slice(2), process.env);
