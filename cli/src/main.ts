#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), process.env);
// Clients keep timers and sockets of what never answered; nothing is left to do for them.
process.exit();
