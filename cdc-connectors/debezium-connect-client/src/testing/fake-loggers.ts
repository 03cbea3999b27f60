import { type FakeAnswer, type FakeRequest, ok, refused } from './fake-answer.ts';
import type { FakeState } from './fake-state.ts';

const LEVELS = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'];

/** What a worker answers below /admin/loggers. */
export function answerOfLoggers(
  { loggers }: FakeState,
  request: FakeRequest,
  name: string | undefined,
): FakeAnswer | undefined {
  if (name === undefined) return ok(Object.fromEntries(loggers));
  if (request.method === 'GET') {
    const level = loggers.get(name);
    return level === undefined ? refused(404, `Logger ${name} not found.`) : ok(level);
  }
  const { level } = request.body as { level: string };
  if (!LEVELS.includes(level.toUpperCase())) return refused(404, `invalid log level '${level}'.`);
  const affected = [...new Set([name, ...[...loggers.keys()].filter((known) => known.startsWith(name))])].sort();
  for (const logger of affected) loggers.set(logger, { level, last_modified: Date.now() });
  return request.query.get('scope') === 'cluster' ? { status: 204 } : ok(affected);
}
