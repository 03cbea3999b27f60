import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { logger } from './log.ts';

function logged(entry: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  logger({ projection: 'accounts' })(entry);
  jest.restoreAllMocks();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/); // one object a line, whatever is in it
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

describe('logger', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('writes one JSON object a line, with the time and what never changes', () => {
    expect(logged({ state: 'waiting', reason: 'two\nlines', lag: 5n, none: undefined })).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      projection: 'accounts',
      state: 'waiting',
      reason: 'two\nlines',
      lag: '5',
    });
  });

  // mysql2 puts the statement with all its values on its errors.
  it('writes of an error its name, message and stack alone', () => {
    const error = Object.assign(new Error('refused'), { sql: "INSERT … 's3cret'", code: 'ER' });
    const { error: written } = logged({ error });
    expect(written).toEqual({ name: 'Error', message: 'refused', stack: error.stack });
  });
});
