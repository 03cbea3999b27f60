import type { FastifyReply } from 'fastify';

/** Every problem the servers of this folder answer with; the code is the last part of the problem's `type`. */
export const problems = {
  'malformed-request': { status: 400, title: 'The request cannot be understood' },
  'invalid-key': { status: 400, title: 'This can never be a key here' },
  'invalid-parameter': { status: 400, title: 'A query parameter is wrong' },
  unauthorized: { status: 401, title: 'A bearer token that holds is wanted' },
  forbidden: { status: 403, title: 'The token does not reach so far' },
  'unknown-route': { status: 404, title: 'There is nothing at this path' },
  'key-not-found': { status: 404, title: 'There is no row with this key' },
  'method-not-allowed': { status: 405, title: 'This path does not take the method' },
  'key-parked': { status: 409, title: 'The row with this key is not true now' },
  'epoch-passed': { status: 409, title: 'A later change of the owner was first' },
  'in-conflict': { status: 409, title: 'The row is in dispute with the monolith' },
  'not-the-owner': { status: 409, title: 'Writes of this table are not taken here under this epoch' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'invalid-value': { status: 422, title: 'This can never be a value here' },
  'headers-too-large': { status: 431, title: 'The request line and headers are too large' },
  unexpected: { status: 500, title: 'The service has a defect' },
  filling: { status: 503, title: 'The read model is being filled' },
  'keys-unavailable': { status: 503, title: 'Tokens cannot be checked now' },
  'position-not-reached': { status: 503, title: 'The read model is not that far yet' },
  'too-many-requests-at-once': { status: 503, title: 'The service is busy' },
  'read-model-unavailable': { status: 503, title: 'The read model cannot be read now' },
} as const;

export type ProblemCode = keyof typeof problems;

/** An RFC 9457 problem. Members beyond the standard's own say where the read model stands. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [member: string]: unknown;
}

export const problemType = (code: ProblemCode): string => `urn:problem-type:banyan:${code}`;

export function problem(code: ProblemCode, detail: string, members: Readonly<Record<string, unknown>> = {}): Problem {
  return { type: problemType(code), ...problems[code], detail, ...members };
}

export const problemMediaType = 'application/problem+json';

export function sendProblem(
  reply: FastifyReply,
  sent: Problem,
  headers: Readonly<Record<string, string | number>> = {},
): FastifyReply {
  return reply
    .code(sent.status)
    .headers({ ...headers, 'content-type': problemMediaType })
    .send(JSON.stringify(sent));
}
