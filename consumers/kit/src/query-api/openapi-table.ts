import type { Column } from '../projection/declaration.ts';
import { scopeOf } from './access.ts';
import { columnSchema, type JsonSchema } from './column-json.ts';
import {
  challenge,
  json,
  later,
  type Part,
  parameter,
  positioned,
  problemBody,
  reads,
  ref,
  refusal,
  tagged,
} from './openapi-parts.ts';
import type { ProblemCode } from './problem.ts';
import { oneSchema, pageSchema } from './schemas.ts';
import type { ServedTable } from './served-table.ts';
import { defaultWaitMs, type Limits } from './table-query.ts';

export interface TableDocument extends Limits {
  /** Whether callers need a token. */
  readonly auth: boolean;
}

/** The paths' parameters as OpenAPI writes them: `/accounts/{id}`. */
export const keyParameters = ({ key: { columns } }: ServedTable): readonly string[] =>
  columns.map(({ name }, index) => {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
    return columns.length === 1 ? 'key' : `key${index + 1}`;
  });

export const keyTemplate = (served: ServedTable): string =>
  `${served.path}/${keyParameters(served)
    .map((name) => `{${name}}`)
    .join('/')}`;

/** No table's name has a dot, so it is never one of the kit's own. */
export const componentName = ({ table }: ServedTable): string => table.name.replace(/[^A-Za-z0-9_-]/g, '_');

export function tablePaths(served: ServedTable, document: TableDocument): [string, Part][] {
  const { path, table } = served;
  const row = ref('schemas', componentName(served));
  const position = ref('schemas', 'banyan.Position');
  const rest = { ...secured(served, document) };
  return [
    [
      keyTemplate(served),
      reads(
        `${table.name}.one`,
        `One row of ${table.name}`,
        { parameters: [...keyOf(served), ...waiting(document), ifNoneMatch], ...rest },
        {
          200: tagged('The row', json(oneSchema(row, position))),
          304: notModified,
          400: refusal('The key can be none, or there is a parameter or a body', wrong),
          404: positioned('There is no such row at this position, for this caller', problemBody(['key-not-found'])),
          409: positioned('The key is parked: its row is not true', problemBody(['key-parked'])),
          ...failures(document),
        },
      ),
    ],
    [
      path,
      reads(
        `${table.name}.page`,
        `Rows of ${table.name} in the order of their keys`,
        { parameters: [...pageOf(served, document), ...filtersIn(served), ...waiting(document), ifNoneMatch], ...rest },
        {
          200: tagged('Rows', json(pageSchema(row, position))),
          304: notModified,
          400: refusal('A parameter is wrong, or there is a body', wrong),
          ...failures(document),
        },
      ),
    ],
  ];
}

export const wrong: readonly ProblemCode[] = ['invalid-key', 'invalid-parameter', 'malformed-request'];
const notModified = tagged('The caller has this answer; the headers say how old it is now');

/** The scopes stand in the text: a customer's token needs none where rows have an owner, which OpenAPI has no word for. */
export function secured(served: ServedTable, { auth }: TableDocument): Part {
  if (!auth) return {};
  const { owner } = served;
  const scope = `A token with the scope \`${scopeOf(served)}\` (or \`read:*\`) reads all rows.`;
  const own = `A customer's token reads the rows with his id in \`${owner?.column.name}\`; others are not there for him.`;
  return { description: owner ? `${own} ${scope}` : scope, security: [{ bearer: [] }] };
}

export const keyOf = (served: ServedTable): Part[] =>
  keyParameters(served).map((name, index) => {
    const says = `The key: ${served.key.forms[index]!.says}, as the rows have it, percent-encoded.`;
    return parameter('path', name, says, askedSchema(served.key.columns[index]!));
  });

function pageOf({ key }: ServedTable, { pageSize, maxPageSize }: TableDocument): Part[] {
  const [column] = key.columns;
  const schema = key.columns.length === 1 ? askedSchema(column!) : { type: 'string' };
  const size = { type: 'integer', minimum: 1, maximum: maxPageSize, default: pageSize };
  return [
    parameter('query', 'after', `Rows with greater keys than this one: \`next\` of a page. It is ${key.says}.`, schema),
    parameter('query', 'limit', 'How many rows at most.', size),
  ];
}

export const filtersIn = ({ filters }: ServedTable): Part[] =>
  filters.map(({ column, form }) => {
    const says = `Only rows with this ${column.name}, compared as the column's collation has it; ${form.says}.`;
    return parameter('query', column.name, says, askedSchema(column));
  });

const atLeast: JsonSchema = {
  type: 'string',
  pattern: '^\\d{1,10}-\\d{1,10}-\\d{1,20}(,\\d{1,10}-\\d{1,10}-\\d{1,20})*$',
};

function waiting(document: TableDocument): Part[] {
  const ms = { type: 'integer', minimum: 0, maximum: document.maxWaitMs, default: defaultWaitMs(document) };
  const says =
    'How long to wait for `at-least`, in milliseconds; past it the answer is 503. Goes with `at-least` alone.';
  return [
    parameter(
      'query',
      'at-least',
      'Answer when the read model has this GTID of the source, of each domain one.',
      atLeast,
    ),
    parameter('query', 'wait-ms', says, ms),
  ];
}

/**
 * A value as it may be asked for: fewer digits after the point than the rows have are the same value, and a text that is longer
 * than its column can be is no error, as no row has it.
 */
function askedSchema(column: Column): JsonSchema {
  const { maxLength: _any, ...schema } = columnSchema(column, false);
  const pattern = String(schema.pattern ?? '').replace(/\\\.\\d\{(\d+)\}\$$/, '(\\.\\d{1,$1})?$$');
  return schema.pattern === undefined ? schema : { ...schema, pattern };
}

const ifNoneMatch = parameter('header', 'If-None-Match', 'The `ETag` of an answer that the caller has.', {
  type: 'string',
});

/** What can be answered wherever a table is read. */
export function failures({ auth }: TableDocument): Readonly<Record<number, Part>> {
  const codes: ProblemCode[] = [
    'filling',
    'position-not-reached',
    'too-many-requests-at-once',
    'read-model-unavailable',
  ];
  return {
    ...(auth && {
      401: challenge('There is no token, or none that holds', ['unauthorized']),
      403: challenge('The token does not reach so far', ['forbidden']),
    }),
    500: refusal('A defect of the service', ['unexpected']),
    503: later('There is no answer now', auth ? [...codes, 'keys-unavailable'] : codes),
  };
}
