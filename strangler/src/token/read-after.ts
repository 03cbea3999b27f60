import { createHmac, timingSafeEqual } from 'node:crypto';
import { parsePosition } from '@banyan/kit';

/** What a client must see, by the source's position after his write; null: it could not be read, so only the monolith has it for sure. */
export interface ReadAfter {
  readonly position: string | null;
}

export interface ReadAfterOptions {
  /** At least 32 bytes each; the first signs, all are taken, so that one can follow another. */
  readonly keys: readonly Buffer[];
  /** How long a token holds; longer than the greatest age of an answer that a service may give. Default 60,000. */
  readonly holdsMs?: number;
  readonly now?: () => number;
}

const clockToleranceMs = 5000;

/**
 * Signed, so that nobody can make others wait for what is not there yet; no secret is in it. A token of somebody else's, or an old one,
 * makes its bearer wait a little at most.
 */
export class ReadAfterTokens {
  readonly #keys: readonly Buffer[];
  readonly #now: () => number;
  readonly holdsMs: number;

  constructor({ keys, holdsMs = 60_000, now = Date.now }: ReadAfterOptions) {
    if (keys.length === 0 || keys.some((key) => key.length < 32)) throw new TypeError('a key has 32 bytes or more');
    this.#keys = keys;
    this.holdsMs = holdsMs;
    this.#now = now;
  }

  /** @param position as MariaDB writes it; null when it could not be read. */
  sign(position: string | null): string {
    const text = Buffer.from(`${this.#now() + this.holdsMs} ${position ?? '?'}`).toString('base64url');
    return `1.${text}.${signature(this.#keys[0]!, text)}`;
  }

  /** Null for one that is not ours, over, or of a time to come. */
  read(token: string): ReadAfter | null {
    const [, text, signed] = /^1\.([\w-]{1,2000})\.([\w-]{43})$/.exec(token) ?? [];
    if (text === undefined || !this.#keys.some((key) => isSame(signature(key, text), signed!))) return null;
    const [until, position] = Buffer.from(text, 'base64url').toString().split(' ');
    const leftMs = Number(until) - this.#now();
    if (leftMs <= 0 || leftMs > this.holdsMs + clockToleranceMs) return null;
    if (position === '?') return { position: null };
    return position !== undefined && parsePosition(position) ? { position } : null;
  }
}

const signature = (key: Buffer, text: string) =>
  createHmac('sha256', key).update(`read-after 1.${text}`).digest('base64url');

const isSame = (one: string, other: string) => timingSafeEqual(Buffer.from(one), Buffer.from(other));
