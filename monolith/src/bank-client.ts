import { Agent, request } from 'node:http';

/** What the bank answered: the HTTP status and the parsed JSON body. */
export interface BankAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A client on at most `connections` kept-alive connections; call `close` when done. */
export interface BankClient {
  get(path: string): Promise<BankAnswer>;
  post(path: string, body: unknown): Promise<BankAnswer>;
  close(): void;
}

const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Opens a client for the bank at `url`. Calls reject when there is no answer, or none in JSON, within 30 s. Given `cookies` it keeps
 * in there what it is told to, and sends it, as a browser does.
 */
export function connectBank(url: string, connections: number, cookies?: Map<string, string>): BankClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  function call(method: string, path: string, body: unknown): Promise<BankAnswer> {
    const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const cookie = [...(cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': text.length }),
      ...(cookie !== '' && { cookie }),
    };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, url), { method, agent, headers, timeout: ANSWER_TIMEOUT_MS }, (response) => {
        const chunks: Buffer[] = [];
        for (const set of response.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=;]+)=([^;]*)/.exec(set) ?? [];
          if (name !== undefined) cookies?.set(name, value!);
        }
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
          } catch {
            reject(
              new Error(`${method} ${path} at ${url} answered ${response.statusCode} without JSON; is it the bank?`),
            );
          }
        });
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer in ${ANSWER_TIMEOUT_MS} ms`)));
      call.on('error', reject);
      call.end(text);
    });
  }
  return {
    get: (path) => call('GET', path, undefined),
    post: (path, body) => call('POST', path, body),
    close: () => agent.destroy(),
  };
}
