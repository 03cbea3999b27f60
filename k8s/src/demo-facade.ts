import { type IncomingHttpHeaders, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { addressOf, k, secret } from './demo-cluster.ts';

export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many kinds
  readonly body: any;
}

/** Over a connection of its own, so that any of the pods may be the one that answers. */
export function ask(
  url: string,
  headers: Record<string, string> = {},
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<Seen> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen>();
  const sent = body === undefined ? {} : { 'content-type': 'application/json' };
  const asked = request(
    url,
    { agent: false, method, timeout: 10_000, headers: { ...sent, ...headers } },
    (response) => {
      const { statusCode, headers: fields } = response;
      json(response).then((found) => resolve({ status: statusCode!, headers: fields, body: found }), reject);
    },
  );
  asked.once('timeout', () => asked.destroy(new Error('no answer within 10 s'))).once('error', reject);
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

/** The facade of the demo, by its two Services, as a client and as an operator. */
export class DemoFacade {
  readonly url: string;
  readonly adminUrl: string;
  readonly #authorization: { readonly authorization: string };

  private constructor(url: string, adminUrl: string, token: string) {
    this.url = url;
    this.adminUrl = adminUrl;
    this.#authorization = { authorization: `Bearer ${token}` };
  }

  static async find(): Promise<DemoFacade> {
    const [url, ip] = [await addressOf('facade'), 'jsonpath={.spec.clusterIP}'];
    const admin = await k('get', 'service', 'facade-admin', '-o', ip);
    return new DemoFacade(url, `http://${admin}:8081`, await secret('token-keys', 'operator-token'));
  }

  /** How its routes stand. */
  routes(): Promise<Seen> {
    return ask(`${this.adminUrl}/routes`, this.#authorization);
  }

  move(route: string, how: Readonly<Record<string, unknown>>): Promise<Seen> {
    return ask(`${this.adminUrl}/routes/${route}`, this.#authorization, how);
  }

  /** To the service, against what its gate says; from wherever it is. */
  async forceToService(route: string): Promise<void> {
    for (const to of ['monolith', 'shadow', 'canary', 'service'])
      await this.move(route, { to, ...(to === 'canary' && { percent: 100 }), force: true, reason: 'a test wants it' });
  }

  /** The id of the last line of an account's ledger. */
  async lastLine(account: number): Promise<number> {
    for (let after = 0; ; ) {
      const { body } = await ask(`${this.url}/accounts/${account}/ledger?limit=500&after=${after}`);
      after = body.lines.at(-1)?.id ?? after;
      if (body.next === null) return after;
    }
  }

  /** A transfer of a cent from account 1 to account 2: its id, and the token that its client is given. */
  async transfer(): Promise<{ readonly id: number; readonly readAfter: string }> {
    const order = { from: 1, to: 2, amount: '0.01', purpose: 'through the facade' };
    const { status, headers, body } = await ask(`${this.url}/transfers`, {}, order);
    if (status !== 201) throw new Error(`the transfer was answered ${status}: ${JSON.stringify(body)}`);
    return { id: body.id, readAfter: String(headers['banyan-read-after']) };
  }
}
