import type { IncomingMessage } from 'node:http';
import type { WriteRequest } from '../route/declaration.ts';

/** What a client has sent. */
export interface SentBody extends Pick<WriteRequest, 'body' | 'noBody'> {
  /** All of it, to be sent on; null when it is longer than is kept. */
  readonly bytes: Buffer | null;
}

const mostBytes = 65_536;

/** Reads a request's body. Rejects when the client goes before all of it has come. */
export async function sentBody(request: IncomingMessage): Promise<SentBody> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= mostBytes) pieces.push(piece); // What is more is read and forgotten: the client waits with its ears closed.
  }
  if (size > mostBytes) return { bytes: null, body: undefined, noBody: 'too-large' };
  const bytes = Buffer.concat(pieces);
  if (size === 0) return { bytes, body: undefined, noBody: 'empty' };
  if (!isJson(request.headers['content-type'])) return { bytes, body: undefined, noBody: 'other-type' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { bytes, body: JSON.parse(text), noBody: null };
  } catch {
    return { bytes, body: undefined, noBody: 'no-json' };
  }
}

const isJson = (type: string | undefined): boolean =>
  /^\s*application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i.test(type ?? '');
