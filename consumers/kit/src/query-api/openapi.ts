import type { Projection } from '../projection/declaration.ts';
import { columnSchema, type JsonSchema } from './column-json.ts';
import type { ProblemCode } from './problem.ts';
import { liveSchema, oneSchema, pageSchema, positionSchema, problemSchema, readySchema, rowSchema } from './schemas.ts';
import type { ServedTable } from './served-table.ts';

export interface OpenApiOptions {
  readonly projection: Projection;
  readonly tables: readonly ServedTable[];
  readonly pageSize: number;
  readonly maxPageSize: number;
}

type Part = Readonly<Record<string, unknown>>;

/** The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), from the schemas that serialize its answers. */
export function openApi(options: OpenApiOptions): Part {
  const { projection, tables } = options;
  const rows = Object.fromEntries(tables.map((served) => [componentName(served), rowSchema(served)]));
  return {
    openapi: '3.1.0',
    info: {
      title: `${projection.name}: query API`,
      version: '1.0.0',
      description: `A read model of ${projection.tables.map(({ source }) => source).join(', ')}. Each answer says up to which transaction of the source it is complete, and how old that is.`,
    },
    paths: {
      ...Object.fromEntries(tables.flatMap((served) => tablePaths(served, options))),
      '/live': { ...reads('live', 'The process turns', {}, { 200: plain('It does', json(liveSchema)) }) },
      '/ready': {
        ...reads(
          'ready',
          'Whether answers are fresh enough',
          {},
          {
            200: plain('They are', json(readySchema)),
            503: plain('They are not, or there are none', json(readySchema)),
          },
        ),
      },
      '/metrics': {
        ...reads(
          'metrics',
          'Metrics for Prometheus',
          {},
          {
            200: plain('Text exposition format', { 'text/plain': { schema: { type: 'string' } } }),
          },
        ),
      },
      '/openapi.json': {
        ...reads('openapi', 'This document', {}, { 200: plain('It', json({ type: 'object' })) }),
      },
    },
    components: {
      schemas: { ...rows, 'banyan.Position': positionSchema, 'banyan.Problem': problemSchema() },
      headers,
    },
  };
}

/** The path as OpenAPI writes it: `/accounts/{id}`. */
export const keyParameter = ({ keyColumn }: ServedTable): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(keyColumn.name) ? keyColumn.name : 'key';

/** No table's name has a dot, so it is never one of the kit's own. */
const componentName = ({ table }: ServedTable): string => table.name.replace(/[^A-Za-z0-9_-]/g, '_');

function tablePaths(served: ServedTable, { pageSize, maxPageSize }: OpenApiOptions): [string, Part][] {
  const { path, keyColumn, key, table } = served;
  const row = ref('schemas', componentName(served));
  const position = ref('schemas', 'banyan.Position');
  const name = keyParameter(served);
  const keySchema = columnSchema(keyColumn, false);
  const one = parameter('path', name, `The key: ${key.says}, as the rows have it, percent-encoded.`, keySchema);
  const after = parameter('query', 'after', 'Rows with greater keys than this one: `next` of a page.', keySchema);
  const size = { type: 'integer', minimum: 1, maximum: maxPageSize, default: pageSize };
  const limit = parameter('query', 'limit', 'How many rows at most.', size);
  return [
    [
      `${path}/{${name}}`,
      reads(
        `${table.name}.one`,
        `One row of ${table.source}`,
        { parameters: [one] },
        {
          200: positioned('The row', json(oneSchema(row, position))),
          400: refusal('The key can be none, or there is a parameter or a body', [
            'invalid-key',
            'invalid-parameter',
            'malformed-request',
          ]),
          404: positioned('There is no such row at this position', problemBody(['key-not-found'])),
          ...failures,
        },
      ),
    ],
    [
      path,
      reads(
        `${table.name}.page`,
        `Rows of ${table.source} in the order of their keys`,
        { parameters: [after, limit] },
        {
          200: positioned('Rows', json(pageSchema(row, position))),
          400: refusal('A parameter is wrong, or there is a body', [
            'invalid-key',
            'invalid-parameter',
            'malformed-request',
          ]),
          ...failures,
        },
      ),
    ],
  ];
}

const ref = (kind: 'schemas' | 'headers', name: string) => ({ $ref: `#/components/${kind}/${name}` });

/** GET, and HEAD with the same headers and no content. */
function reads(name: string, summary: string, more: Part, responses: Readonly<Record<number, Part>>): Part {
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

function parameter(where: 'path' | 'query', name: string, description: string, schema: JsonSchema): Part {
  const { description: type, ...rest } = schema;
  const told = type === undefined ? description : `${description} Type ${type}.`;
  return { name, in: where, required: where === 'path', description: told, schema: rest };
}

const json = (schema: JsonSchema): Part => ({ 'application/json': { schema } });

const problemBody = (codes: readonly ProblemCode[]): Part => ({
  'application/problem+json': { schema: problemSchema(codes) },
});

const header = (description: string, schema: JsonSchema): Part => ({ description, schema });

const headers = {
  position: header('`gtid` of the body’s `position`.', { type: 'string', examples: ['0-1-1575'] }),
  age: header('`ageMs` of the body’s `position`; absent when it is not known.', { type: 'integer', minimum: 0 }),
  retryAfter: header('Seconds to wait before asking again.', { type: 'integer', minimum: 1 }),
  cacheControl: header('No answer may be stored: it would be older than it says.', { const: 'no-store' }),
  contentTypeOptions: header('The content is what its type says.', { const: 'nosniff' }),
};

const always = {
  'Cache-Control': ref('headers', 'cacheControl'),
  'X-Content-Type-Options': ref('headers', 'contentTypeOptions'),
};

const plain = (description: string, content: Part): Part => ({ description, headers: always, content });

const positioned = (description: string, content: Part): Part => ({
  description,
  headers: { 'Banyan-Position': ref('headers', 'position'), 'Banyan-Age-Ms': ref('headers', 'age'), ...always },
  content,
});

const refusal = (description: string, codes: readonly ProblemCode[]): Part => plain(description, problemBody(codes));

/** What can be answered wherever a table is read. */
const failures = {
  500: refusal('A defect of the service', ['unexpected']),
  503: {
    description: 'The read model is being filled, or cannot be read',
    headers: { 'Retry-After': ref('headers', 'retryAfter'), ...always },
    content: problemBody(['filling', 'read-model-unavailable']),
  },
};

/** What the server says before it comes to any operation. */
const others = {
  default: refusal('The request is no HTTP, too large or too slow', [
    'malformed-request',
    'request-timeout',
    'headers-too-large',
  ]),
};
