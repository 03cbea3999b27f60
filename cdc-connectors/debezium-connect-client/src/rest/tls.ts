import { Agent, type RequestOptions, request } from 'node:https';
import type { ClientPorts } from './options.ts';

/** PEM texts, as of files: whom to believe, and who one is. */
export type TlsOptions = {
  /** The certificates of the authorities that the worker's may be signed by. Default: those that Node brings. */
  readonly ca?: string | readonly string[];
  /** The client's certificate, with those between it and the authority, for a worker with `ssl.client.auth`. */
  readonly cert?: string;
  /** The key of `cert`. */
  readonly key?: string;
  /** Of `key`, if it is encrypted. */
  readonly passphrase?: string;
  /** The name that the worker's certificate must have. Default: the host of the url. */
  readonly servername?: string;
};

/**
 * A fetch over TLS with certificates of one's own, which Node's own has no option for. It does what this package asks of it: a
 * text goes out, one comes back, no redirects. Connections are kept for the next request.
 */
export function tlsFetch({ ca, ...tls }: TlsOptions): ClientPorts['fetch'] {
  const agent = new Agent({ keepAlive: true, ...tls, ...(ca !== undefined && { ca: [ca].flat() }) });
  return (url, init = {}) => {
    const { method = 'GET', headers = {}, signal, body } = init;
    const options: RequestOptions = { agent, method, headers: Object.fromEntries(new Headers(headers)) };
    if (signal) options.signal = signal;
    return new Promise((resolve, reject) => {
      const sent = request(String(url), options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('error', reject);
        answer.once('end', () =>
          resolve(new Response(bodyFor(answer.statusCode ?? 0, text), { status: answer.statusCode ?? 0 })),
        );
      });
      sent.once('error', reject);
      sent.end(body ?? undefined);
    });
  };
}

/** A Response of these takes no body, not even an empty one. */
function bodyFor(status: number, text: string): string | null {
  return status === 204 || status === 205 || status === 304 ? null : text;
}
