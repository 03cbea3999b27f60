import type { JsonSchema } from './column-json.ts';
import type { ProblemCode } from './problem.ts';
import { problemSchema } from './schemas.ts';

export type Part = Readonly<Record<string, unknown>>;

export const ref = (kind: 'schemas' | 'headers', name: string) => ({ $ref: `#/components/${kind}/${name}` });

/** GET, and HEAD with the same headers and no content. */
export function reads(name: string, summary: string, more: Part, responses: Readonly<Record<number, Part>>): Part {
  const answers = { ...responses, ...others };
  const bare = Object.entries(answers).map(([status, { content: _content, ...rest }]: [string, Part]) => [
    status,
    rest,
  ]);
  return {
    get: { operationId: name, summary, ...more, responses: answers },
    head: { operationId: `${name}.head`, summary, ...more, responses: Object.fromEntries(bare) },
  };
}

export function parameter(where: 'path' | 'query' | 'header', name: string, says: string, schema: JsonSchema): Part {
  const { description: type, ...rest } = schema;
  const told = type === undefined ? says : `${says} Type ${type}.`;
  return { name, in: where, required: where === 'path', description: told, schema: rest };
}

export const json = (schema: JsonSchema): Part => ({ 'application/json': { schema } });

export const problemBody = (codes: readonly ProblemCode[]): Part => ({
  'application/problem+json': { schema: problemSchema(codes) },
});

const header = (description: string, schema: JsonSchema): Part => ({ description, schema });

export const headers = {
  position: header('`gtid` of the body’s `position`.', { type: 'string', examples: ['0-1-1575'] }),
  age: header('`ageMs` of the body’s `position`; absent when it is not known.', { type: 'integer', minimum: 0 }),
  except: header('So many keys are parked: their rows are not true at the position. Absent when there are none.', {
    type: 'integer',
    minimum: 1,
  }),
  etag: header(
    'Names this answer: another one after each commit of the projector. Weak, as `ageMs` is no part of it.',
    {
      type: 'string',
      pattern: '^W/"[^"]+"$',
    },
  ),
  vary: header('The answer is for this caller.', { const: 'Authorization' }),
  retryAfter: header('Seconds to wait before asking again.', { type: 'integer', minimum: 1 }),
  cacheControl: header('The answer may not be stored: it would be older than it says.', { const: 'no-store' }),
  cacheControlTagged: header('The caller may keep the answer, and asks each time whether it is still the one.', {
    const: 'private, no-cache',
  }),
  contentTypeOptions: header('The content is what its type says.', { const: 'nosniff' }),
  challenge: header('As RFC 6750, section 3 has it.', { type: 'string', pattern: '^Bearer ' }),
};

const nosniff = { 'X-Content-Type-Options': ref('headers', 'contentTypeOptions') };
const always = { 'Cache-Control': ref('headers', 'cacheControl'), ...nosniff };
const position = {
  'Banyan-Position': ref('headers', 'position'),
  'Banyan-Age-Ms': ref('headers', 'age'),
  'Banyan-Position-Except': ref('headers', 'except'),
};

export const plain = (description: string, content: Part): Part => ({ description, headers: always, content });

export const positioned = (description: string, content: Part): Part => ({
  description,
  headers: { ...position, ...always },
  content,
});

/** An answer with an entity tag; without content it is a 304. */
export const tagged = (description: string, content?: Part): Part => ({
  description,
  headers: {
    ...position,
    ETag: ref('headers', 'etag'),
    Vary: ref('headers', 'vary'),
    'Cache-Control': ref('headers', 'cacheControlTagged'),
    ...nosniff,
  },
  ...(content && { content }),
});

export const refusal = (description: string, codes: readonly ProblemCode[]): Part =>
  plain(description, problemBody(codes));

export const challenge = (description: string, codes: readonly ProblemCode[]): Part => ({
  description,
  headers: { 'WWW-Authenticate': ref('headers', 'challenge'), ...always },
  content: problemBody(codes),
});

export const later = (description: string, codes: readonly ProblemCode[]): Part => ({
  description,
  headers: { 'Retry-After': ref('headers', 'retryAfter'), ...always },
  content: problemBody(codes),
});

/** Events of which `data` is as the schema has it; OpenAPI 3.1 has no word for a stream of them. */
export const streamed = (description: string, schema: JsonSchema): Part => ({
  description,
  headers: { 'Banyan-Position': ref('headers', 'position'), ...always },
  content: { 'text/event-stream': { schema: { type: 'string' }, 'x-banyan-event': schema } },
});

/** What the server says before it comes to any operation. */
const others = {
  default: refusal('The request is no HTTP, too large or too slow', [
    'malformed-request',
    'request-timeout',
    'headers-too-large',
  ]),
};
