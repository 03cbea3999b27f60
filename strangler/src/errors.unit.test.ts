import { KitError } from '@banyan/kit';
import { expect, it } from '@jest/globals';
import { reactions, StranglerError, type StranglerErrorCode } from './errors.ts';

it('is retriable exactly when its code waits', () => {
  for (const [code, reaction] of Object.entries(reactions))
    expect(new StranglerError(code as StranglerErrorCode, 'text')).toMatchObject({
      retriable: reaction === 'wait',
      name: 'StranglerError',
      remedy: null,
      state: null,
      findings: [],
    });
});

it('is made of whatever was thrown', () => {
  const own = new StranglerError('route-changed', 'text');
  expect(StranglerError.from(own)).toBe(own);
  const cause = new KitError('database-unreachable', 'refused');
  expect(StranglerError.from(cause)).toMatchObject({
    code: 'state-unavailable',
    cause,
    message: expect.stringContaining('refused'),
  });
  for (const thrown of [new TypeError('x'), 'x', new KitError('row-refused', 'x')])
    expect(StranglerError.from(thrown)).toMatchObject({ code: 'unexpected', message: 'x', cause: thrown });
});
