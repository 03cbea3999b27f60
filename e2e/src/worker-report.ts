import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@banyan/stack';
import { open, rows } from './database.ts';

const threads = /^"(DistributedHerder|StartAndStop|task-thread|connector-thread|debezium-)/;

/** Throws the error with what the worker and the source were doing: after the run their logs are gone. */
export async function withReport(error: Error, stack: Stack, connector: string): Promise<never> {
  const part = stack.part('connect');
  await part.signal('SIGQUIT');
  await delay(2000); // The worker writes its threads meanwhile.
  const log = await readFile(part.logFile, 'utf8').catch(() => '');
  const said = log.split('\n').filter((line) => line.includes(connector) && / (INFO|WARN|ERROR) /.test(line));
  const dump = log.slice(log.lastIndexOf('Full thread dump')).split('\n\n');
  const source = await open(await stack.rootAccess('source-db'));
  const busy = await rows(
    source,
    "SELECT id, user, db, command, time, state, LEFT(info, 80) AS info FROM information_schema.processlist WHERE info NOT LIKE '%IDENTIFIED%'",
  );
  await source.end();
  const report = [
    ...said.slice(-40).map((line) => line.slice(0, 240)),
    ...dump.filter((thread) => threads.test(thread)).map((thread) => thread.split('\n').slice(0, 12).join('\n')),
    ...busy.map((line) => JSON.stringify(line)),
  ];
  throw new Error(`${error.message}\n${report.join('\n')}`, { cause: error });
}
