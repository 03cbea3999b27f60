import { describe, expect, it } from '@jest/globals';
import { KitError, reactions } from './errors.ts';
import { MergeError } from './merge/merge-error.ts';

describe('KitError', () => {
  it('is retriable exactly when its code waits', () => {
    for (const [code, reaction] of Object.entries(reactions)) {
      const error = new KitError(code as keyof typeof reactions, 'text');
      expect([error.retriable, error.name, error.message, error.remedy]).toEqual([
        reaction === 'wait',
        'KitError',
        'text',
        null,
      ]);
    }
  });

  it('keeps cause and remedy, and has no cause when there is none', () => {
    const cause = new Error('deep');
    expect(new KitError('config', 'text', { cause, remedy: 'do' })).toMatchObject({ cause, remedy: 'do' });
    expect(Object.hasOwn(new KitError('config', 'text', { remedy: 'do' }), 'cause')).toBe(false);
  });

  it('of a KitError is itself', () => {
    const error = new KitError('undecodable', 'text');
    expect(KitError.from(error)).toBe(error);
  });

  it('of a merge’s error stops, but for a position that only went back', () => {
    expect(KitError.from(new MergeError('begin-missing', 'text'))).toMatchObject({
      code: 'merge-broken',
      message: 'text',
    });
    expect(KitError.from(new MergeError('offset-went-back', 'text'))).toMatchObject({ code: 'position-lost' });
  });

  it.each([[new TypeError('x is not a function')], ['x is not a function']])(
    'of anything else stops as unexpected: %s',
    (thrown) => {
      expect(KitError.from(thrown)).toMatchObject({
        code: 'unexpected',
        retriable: false,
        message: 'x is not a function',
        cause: thrown,
        remedy: expect.stringContaining('defect'),
      });
    },
  );
});
