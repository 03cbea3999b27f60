import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authority } from '../testing/certificates.ts';
import { type FakeConnect, fakeConnect } from '../testing/fake-connect.ts';
import { fakeMariaDb } from '../testing/samples.ts';
import { ConnectClient } from './connect-client.ts';
import type { TlsOptions } from './tls.ts';

describe('ConnectClient over TLS', () => {
  const ours = authority('an authority of our own');
  const other = authority('another');
  const me = ours.sign('me');
  let fake: FakeConnect;
  const at = (tls?: TlsOptions, options = {}) =>
    new ConnectClient({ url: fake.url, retry: { attempts: 1 }, ...(tls && { tls }), ...options });
  const codeFor = async (client: ConnectClient) =>
    client.connectors().then(
      () => 'fine',
      ({ code, retriable }) => `${code}${retriable ? ', to be tried again' : ''}`,
    );

  beforeEach(async () => {
    fake = await fakeConnect({ tls: { ...ours.sign('a worker'), clientCa: ours.cert } });
  });
  afterEach(() => fake.stop());

  it('works with a certificate that the worker knows, for all it has to do', async () => {
    const client = at({ ca: [other.cert, ours.cert], ...me });
    expect(await client.putConnector('bank', fakeMariaDb)).toMatchObject({ outcome: 'created' });
    expect(await client.config('bank')).toMatchObject({ name: 'bank' });
    await client.stop('bank');
    expect(await client.resetOffsets('bank')).toContain('reset successfully');
    await client.remove('bank');
    expect(await client.connectors()).toEqual([]);
  });

  it('takes no worker whose certificate nobody known to it has signed', async () => {
    expect(await codeFor(at({ ca: other.cert, ...me }))).toBe('tls-failed');
    // Node's own fetch, with Node's own authorities.
    expect(await codeFor(at())).toBe('tls-failed');
  });

  it('takes no worker of another name', async () => {
    expect(await codeFor(at({ ca: ours.cert, ...me, servername: 'connect.example' }))).toBe('tls-failed');
  });

  it('is not let in with no certificate, or one that the worker does not know', async () => {
    expect(await codeFor(at({ ca: ours.cert }))).toMatch(/^(tls-failed|unreachable, to be tried again)$/);
    expect(await codeFor(at({ ca: ours.cert, ...other.sign('me') }))).toMatch(
      /^(tls-failed|unreachable, to be tried again)$/,
    );
    expect(fake.requests).toEqual([]);
  });

  it('says that what should be a key is none', async () => {
    expect(await codeFor(at({ ca: ours.cert, cert: me.cert, key: 'none' }))).toBe('tls-failed');
  });

  it('says that the worker speaks no TLS', async () => {
    const plain = await fakeConnect();
    try {
      const url = plain.url.replace('http:', 'https:');
      expect(await codeFor(at({ ca: ours.cert }, { url }))).toBe('tls-failed');
      expect(await codeFor(at(undefined, { url }))).toBe('tls-failed');
    } finally {
      await plain.stop();
    }
  });

  it('has its time, and can be aborted, as without', async () => {
    fake.leaveNextUnanswered();
    fake.leaveNextUnanswered();
    expect(await codeFor(at({ ca: ours.cert, ...me }, { timeoutMs: 50 }))).toBe('timeout, to be tried again');
    const abort = new AbortController();
    const call = at({ ca: ours.cert, ...me }).connectors({ signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses what cannot work', () => {
    const make = (url: string, tls: TlsOptions) => () => new ConnectClient({ url, tls });
    expect(make('http://127.0.0.1:8083', {})).toThrow('the url is not https');
    expect(make('https://127.0.0.1:8443', { cert: me.cert })).toThrow('go together');
  });
});
