import { ConnectError } from '../errors/connect-error.ts';
import { type TlsOptions, tlsFetch } from './tls.ts';

/**
 * What a client needs to know. `url` is the worker's base, `http://127.0.0.1:8083`, without user and password:
 * those go into `basicAuth`, so that they can never be printed with the address.
 */
export type ConnectClientOptions = {
  readonly url: string | URL;
  /** Per HTTP request, not per call with its retries. Default 30 000: a worker validates a config by connecting to the database. */
  readonly timeoutMs?: number;
  readonly basicAuth?: { readonly user: string; readonly password: string };
  /** For an https url: an authority of one's own, and a certificate for the client. Default: what Node's fetch does. */
  readonly tls?: TlsOptions;
  readonly retry?: RetryOptions;
  /** Stand-ins for tests and for runtimes with their own HTTP. */
  readonly ports?: Partial<ClientPorts>;
};

/** Delays double from `baseDelayMs` up to `maxDelayMs`; each is then drawn from its upper half, so that clients spread. */
export type RetryOptions = {
  /** Requests in all, the first included; 1 turns retrying off. Default 8. */
  readonly attempts?: number;
  /** Default 200. */
  readonly baseDelayMs?: number;
  /** Default 5 000. */
  readonly maxDelayMs?: number;
};

/** The outside world as this package uses it. `sleep` rejects when its signal aborts; `now` is in ms and never goes back. */
export type ClientPorts = {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  readonly sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
};

/** The options with defaults in place: what the modules under rest/ work with. */
export type Worker = {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly retry: Required<RetryOptions>;
  readonly ports: ClientPorts;
};

/** Throws `invalid-config` for an address or a number that cannot work. */
export function workerFrom(options: ConnectClientOptions): Worker {
  const retry = { attempts: 8, baseDelayMs: 200, maxDelayMs: 5000, ...options.retry };
  const timeoutMs = options.timeoutMs ?? 30_000;
  requirePositive({ timeoutMs, ...retry });
  return {
    baseUrl: baseUrl(options.url),
    timeoutMs,
    headers: headers(options.basicAuth),
    retry,
    ports: portsFrom(options),
  };
}

function portsFrom({ url, tls, ports }: ConnectClientOptions): ClientPorts {
  if (tls !== undefined) checkTls(url, tls);
  const fetch = tls === undefined ? globalThis.fetch : tlsFetch(tls);
  return { fetch, sleep, random: Math.random, now: () => performance.now(), ...ports };
}

/** A certificate that is not sent, or a key without one, would be found out by a refusal that does not say so. */
function checkTls(url: string | URL, { cert, key }: TlsOptions): void {
  const wrong = !/^https:/i.test(String(url))
    ? 'the url is not https; it cannot be used with tls'
    : (cert === undefined) !== (key === undefined) && 'tls.cert and tls.key go together; give both';
  if (wrong) throw new ConnectError('invalid-config', `ConnectClient: ${wrong}`);
}

function baseUrl(given: string | URL): string {
  const url = URL.parse(String(given));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConnectError(
      'invalid-config',
      'ConnectClient: the url is not an http or https address; give the worker’s, such as http://127.0.0.1:8083',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConnectError(
      'invalid-config',
      `ConnectClient: the url for ${url.host} has a user or password in it; give them as basicAuth`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function headers(basicAuth: ConnectClientOptions['basicAuth']): Record<string, string> {
  if (basicAuth === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${basicAuth.user}:${basicAuth.password}`).toString('base64')}` };
}

function requirePositive(numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConnectError('invalid-config', `ConnectClient: ${name} is ${value}; give a whole number from 1`);
    }
  }
}

function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, delayMs);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
