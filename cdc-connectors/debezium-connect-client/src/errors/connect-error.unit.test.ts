import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConnectError } from './connect-error.ts';

describe('ConnectError.from', () => {
  it('gives a ConnectError back as it is', () => {
    const error = new ConnectError('not-found', 'no such connector');
    expect(ConnectError.from(error)).toBe(error);
  });

  it.each([
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'unreachable', true],
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error(''), { code: 'ECONNRESET' }) }),
      'unreachable',
      true,
    ],
    [new DOMException('late', 'TimeoutError'), 'timeout', true],
    [Object.assign(new Error('headers'), { code: 'UND_ERR_HEADERS_TIMEOUT' }), 'timeout', true],
    [new DOMException('stop', 'AbortError'), 'aborted', false],
    [Object.assign(new Error('parse'), { code: 'HPE_INVALID_CONSTANT' }), 'unexpected-answer', false],
    [Object.assign(new Error('no HTTP/'), { name: 'HTTPParserError' }), 'unexpected-answer', false],
    [Object.assign(new Error('wrong version'), { code: 'EPROTO' }), 'tls-failed', false],
    [new RangeError('a fault in here'), 'unknown', false],
  ] as const)('%s is %s', (thrown, code, retriable) => {
    const error = ConnectError.from(thrown);
    expect(error).toMatchObject({ name: 'ConnectError', code, retriable });
    expect(error.cause).toBe(thrown);
  });

  it('says the reason that fetch hides in a cause', () => {
    const cause = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    expect(ConnectError.from(new TypeError('fetch failed', { cause })).message).toContain(
      'fetch failed (ECONNREFUSED)',
    );
  });

  it('ends for causes in a circle', () => {
    const circle: Error & { cause?: unknown } = new Error('round');
    circle.cause = circle;
    expect(ConnectError.from(circle).code).toBe('unknown');
  });

  it('takes whatever can be thrown', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(ConnectError.from(thrown)).toBeInstanceOf(ConnectError);
      }),
    );
  });
});
