import type { OwnershipStanding } from '@banyan/kit';
import { Pool } from 'undici';
import type { WriteRoute } from '../route/declaration.ts';

export type Owner = OwnershipStanding['owner'];

/** What the owning service says of a table of which it may own columns. */
export type Owned = Omit<OwnershipStanding, 'table' | 'columns'>;

/** Why the owning service has not done what it was asked. `mayBeDone`: it was asked, and nobody knows. */
export class OwnerSilent extends Error {
  override readonly name = 'OwnerSilent';
  readonly mayBeDone: boolean;

  constructor(message: string, { mayBeDone = false, cause }: { mayBeDone?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.mayBeDone = mayBeDone;
  }
}

/** It knows another owner, or another epoch. */
export class EpochPassed extends Error {
  override readonly name = 'EpochPassed';
}

export interface OwnerApiOptions {
  /** The query APIs by the names of their services. */
  readonly urls: Readonly<Record<string, string>>;
  readonly token: () => string | null;
  /** How long a question may take; default 1,000. */
  readonly withinMs?: number;
  /** Connections to each; default 64. */
  readonly connections?: number;
}

export interface Sent {
  readonly method: 'GET' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly withinMs?: number | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a JSON document of another program, looked at before it is used.
type Document = any;

/** The services that own, or may come to own, what write routes write: https://www.rfc-editor.org/rfc/rfc9457 for what they refuse. */
export class OwnerApi {
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #token: () => string | null;
  readonly #withinMs: number;

  constructor({ urls, token, withinMs = 1000, connections = 64 }: OwnerApiOptions) {
    this.#pools = new Map(Object.entries(urls).map(([name, url]) => [name, new Pool(url, { connections })]));
    this.#token = token;
    this.#withinMs = withinMs;
  }

  /** Rejects with OwnerSilent. */
  async owned({ owner: { service, table } }: WriteRoute, withinMs?: number): Promise<Owned> {
    const { status, body } = await this.send(service, { method: 'GET', path: `/owned/${table}`, withinMs });
    if (status === 200 && isOwned(body)) return body;
    throw new OwnerSilent(`${service}: ${refusalText(status, body)}`);
  }

  /**
   * Resolves once every write under the former owner is over. Rejects with EpochPassed when the service knows a higher epoch, OwnerSilent
   * when it may or may not be done.
   */
  async setOwner(
    { owner: { service, table } }: WriteRoute,
    owner: Owner,
    epoch: number,
    withinMs?: number,
  ): Promise<Owned> {
    const sent = { method: 'PUT', path: `/owned/${table}/owner`, body: { owner, epoch }, withinMs } as const;
    const { status, body } = await this.send(service, sent);
    if (status === 200 && isOwned(body)) return body;
    if (status !== 409) throw new OwnerSilent(`${service}: ${refusalText(status, body)}`, { mayBeDone: status >= 500 });
    throw new EpochPassed(`${service} is not given to ${owner} under epoch ${epoch}: ${refusalText(status, body)}`);
  }

  /** The position that its read model has come to, as MariaDB writes it; null while it has none. */
  async position({ owner: { service } }: WriteRoute, withinMs?: number): Promise<string | null> {
    const { body } = await this.send(service, { method: 'GET', path: '/ready', withinMs });
    const { position } = (body ?? {}) as { readonly position?: unknown };
    if (position === null || typeof position === 'string') return position;
    throw new OwnerSilent(`${service}: its /ready says no position`);
  }

  /** Rejects with OwnerSilent. */
  async send(service: string, { method, path, headers, body, withinMs = this.#withinMs }: Sent): Promise<Said> {
    const pool = this.#pools.get(service);
    if (!pool) throw new OwnerSilent(`no address of '${service}' is known`);
    const token = this.#token();
    const signal = AbortSignal.timeout(withinMs);
    const isRead = method === 'GET';
    try {
      const answer = await pool.request({
        path,
        method,
        signal,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: documentIn(text) };
    } catch (cause) {
      const { message, code } = cause as { readonly message: string; readonly code?: string };
      const isUnasked = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'UND_ERR_CONNECT_TIMEOUT';
      const why = signal.aborted ? `no answer within ${withinMs} ms` : message || code;
      throw new OwnerSilent(`${service}: ${why}`, { mayBeDone: !isRead && !isUnasked, cause });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}

export interface Said {
  readonly status: number;
  readonly body: Document;
}

function documentIn(text: string): Document {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `…:not-the-owner` of a problem's type; the empty text when it is none. */
export const problemCode = (body: Document): string => /:([a-z-]+)$/.exec(String(body?.type))?.[1] ?? '';

export const refusalText = (status: number, body: Document): string =>
  `${status} ${problemCode(body)} ${body?.detail ?? ''}`.trim();

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isOwned(body: Document): body is Owned {
  const { owner, epoch, waiting, conflicts, rogue, different, carrier, carriedPosition } = body ?? {};
  const isKnown = owner === 'monolith' || owner === 'service' || owner === 'nobody';
  const areCounts = [epoch, waiting, conflicts, rogue, different].every(isCount);
  const isPlaced = carriedPosition === null || typeof carriedPosition === 'string';
  return isKnown && areCounts && isPlaced && typeof carrier?.working === 'boolean';
}
