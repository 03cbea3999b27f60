import { describe, expect, it } from '@jest/globals';
import {
  parseNightlyArguments,
  parsePurgeArguments,
  parseSeedArguments,
  parseServeArguments,
  parseTrafficArguments,
} from './arguments.ts';

describe('the command line', () => {
  it('has defaults', () => {
    expect(parseSeedArguments([])).toEqual({ seed: 1, customers: 1_000 });
    expect(parseTrafficArguments([])).toEqual({ url: undefined, rate: 200, clients: 8, forMs: 10_000, seed: 1 });
  });

  it('is read', () => {
    expect(parseSeedArguments(['--seed', '4294967295', '--customers=5'])).toEqual({
      seed: 4_294_967_295,
      customers: 5,
    });
    const args = '--url http://127.0.0.1:1 --rate 300 --clients 4 --for 2m --orders 9 --seed 7'.split(' ');
    expect(parseTrafficArguments(args)).toEqual({
      url: 'http://127.0.0.1:1',
      rate: 300,
      clients: 4,
      forMs: 120_000,
      orders: 9,
      seed: 7,
    });
    expect(parseTrafficArguments(['--mix', 'full']).mix).toBe('full');
    expect(parseTrafficArguments(['--mix', 'transfers']).mix).toBeUndefined();
    expect(parseTrafficArguments(['--for', '250ms']).forMs).toBe(250);
  });

  it.each([
    [['--seed', '-1'], /--seed/],
    [['--seed', '4294967296'], /--seed must be a whole number from 0 to 4294967295, got "4294967296"/],
    [['--customers', '0'], /--customers must be/],
    [['--customers', '1e3'], /--customers must be/],
    [['--size', '3'], /--size/],
    [['extra'], /extra/],
  ])('seed %j is refused', (args, message) => {
    expect(() => parseSeedArguments(args)).toThrow(message);
  });

  it.each([
    [['--for', '10'], /--for must be a time such as/],
    [['--for', '0s'], /--for must be/],
    [['--mix', 'half'], /--mix must be transfers or full/],
    [['--mix', 'full', '--url', 'http://127.0.0.1:1'], /--url is for/],
    [['--rate', '0'], /--rate must be/],
    [['--url', 'ftp://x'], /--url must be an address/],
    [['--url', 'nonsense'], /--url must be an address/],
  ])('traffic %j is refused', (args, message) => {
    expect(() => parseTrafficArguments(args)).toThrow(message);
  });

  it('nightly and purge take one number', () => {
    expect([parseNightlyArguments([]), parsePurgeArguments([])]).toEqual([{ rows: 100_000 }, { olderThanDays: 30 }]);
    expect(parseNightlyArguments(['--rows', '5'])).toEqual({ rows: 5 });
    expect(parsePurgeArguments(['--older-than', '0'])).toEqual({ olderThanDays: 0 });
    expect(() => parseNightlyArguments(['--rows', '0'])).toThrow(/--rows must be/);
    expect(() => parsePurgeArguments(['--older-than', '1d'])).toThrow(/--older-than must be/);
  });

  it('serve takes nothing', () => {
    expect(() => parseServeArguments(['--port', '1'])).toThrow(/--port/);
  });
});
