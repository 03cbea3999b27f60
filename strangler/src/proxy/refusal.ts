import { type ServerResponse, STATUS_CODES } from 'node:http';

/** What the facade answers by itself; the code is the last part of the problem's `type` (RFC 9457). */
export const refusals = {
  'malformed-request': { status: 400, title: 'The request cannot be passed on' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'headers-too-large': { status: 431, title: 'The request line and headers are too large' },
  'monolith-unreachable': { status: 502, title: 'The monolith does not answer' },
  'too-many-requests-at-once': { status: 503, title: 'The facade is busy' },
  'service-unavailable': { status: 503, title: 'The service cannot answer now' },
  'unusual-write': { status: 400, title: 'This write is not written as it is wanted' },
  'write-held': { status: 503, title: 'Writes of this kind come to another owner just now' },
  'owner-unknown': { status: 503, title: 'Who takes this write is not known for sure' },
  'write-unsure': { status: 503, title: 'The write may have been done' },
  'monolith-timeout': { status: 504, title: 'The monolith did not answer in time' },
} as const;

export type RefusalCode = keyof typeof refusals;

const fixed = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

export function refusalBody(code: RefusalCode, detail: string): string {
  return JSON.stringify({ type: `urn:problem-type:banyan:${code}`, ...refusals[code], detail });
}

/** Answers with a problem when nothing has been answered yet; ends the connection otherwise, so that the client does not take a part for the whole. */
export function refuse(
  response: ServerResponse,
  code: RefusalCode,
  detail: string,
  fields: readonly string[] = [],
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = refusalBody(code, detail);
  const { status } = refusals[code];
  const own = {
    ...fixed,
    ...(status === 503 && { 'retry-after': '1' }),
    'content-length': `${Buffer.byteLength(body)}`,
  };
  response.writeHead(status, STATUS_CODES[status], [...Object.entries(own).flat(), ...fields]);
  response.end(body);
}
