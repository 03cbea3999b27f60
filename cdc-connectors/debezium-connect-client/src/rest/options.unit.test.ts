import { describe, expect, it } from '@jest/globals';
import { workerFrom } from './options.ts';

describe('workerFrom', () => {
  it('keeps a path of the url and no slash at its end', () => {
    expect(workerFrom({ url: 'http://127.0.0.1:8083/' }).baseUrl).toBe('http://127.0.0.1:8083');
    expect(workerFrom({ url: new URL('https://proxy/connect//') }).baseUrl).toBe('https://proxy/connect');
  });

  it.each(['8083', 'kafka://127.0.0.1', ''])('refuses %j, which is no http address', (url) => {
    expect(() => workerFrom({ url })).toThrow(expect.objectContaining({ code: 'invalid-config' }));
  });

  it('refuses a password in the url without showing it', () => {
    const make = () => workerFrom({ url: 'http://me:hunter2@127.0.0.1:8083' });
    expect(make).toThrow('give them as basicAuth');
    expect(make).not.toThrow('hunter2');
  });

  it.each([{ timeoutMs: 0 }, { retry: { attempts: 0 } }, { retry: { baseDelayMs: Number.NaN } }])(
    'refuses %j',
    (numbers) => {
      expect(() => workerFrom({ url: 'http://127.0.0.1:8083', ...numbers })).toThrow('give a whole number from 1');
    },
  );
});
