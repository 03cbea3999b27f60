import type { MirrorTable, ReadTable } from '../projection/declaration.ts';
import { columnSchema, type JsonSchema } from './column-json.ts';
import { challenge, json, later, type Part, parameter, plain, problemBody, reads, refusal } from './openapi-parts.ts';
import { keyOf, keyParameters, keyTemplate, type TableDocument } from './openapi-table.ts';
import type { ServedTable } from './served-table.ts';

const count: JsonSchema = { type: 'integer', minimum: 0 };
const text = (nullable = false): JsonSchema => ({ type: nullable ? ['string', 'null'] : 'string' });
const object = (properties: Readonly<Record<string, JsonSchema>>, required = Object.keys(properties)): JsonSchema => ({
  ...{ type: 'object', properties, required },
});

const standing = object({
  table: text(),
  columns: { type: 'array', items: text() },
  owner: { type: 'string', enum: ['monolith', 'service', 'nobody'] },
  epoch: count,
  waiting: count,
  conflicts: count,
  rogue: count,
  different: count,
  carrier: object({ working: { type: 'boolean' }, reason: text(true) }),
  carriedPosition: text(true),
});

/** What a table with owned columns has beside its rows; nothing for one without. */
export function ownedPaths(served: ServedTable, document: TableDocument): [string, Part][] {
  const { table, path } = served;
  if (!isMirror(table) || table.owned.length === 0) return [];
  const at = `/owned${path}`;
  const name = table.name;
  const [writes, owns] = [scoped(document, `write:${path.slice(1)}`), scoped(document, `own:${path.slice(1)}`)];
  const known = { 200: plain('How it stands', json(standing)), ...refused(document) };
  const disputes = { type: 'array', items: { type: 'object' } } as const;
  const keyed = `${at}/disputes/${keyParameters(served)
    .map((part) => `{${part}}`)
    .join('/')}`;
  const decision = object({ take: { type: 'string', enum: ['ours', 'theirs'] }, reason: text() });
  return [
    [
      keyTemplate(served),
      {
        patch: {
          operationId: `${name}.write`,
          summary: `Sets owned columns of one row of ${name}`,
          parameters: [...keyOf(served), epoch, once, waitMs],
          ...writes,
          requestBody: { required: true, content: json(ownedSchema(table)) },
          responses: {
            200: plain('The columns as the service has them now', json(written(table))),
            404: refusal('There is no such row', ['key-not-found']),
            409: refusal('It does not own them under this epoch, or the row is in dispute', [
              'not-the-owner',
              'in-conflict',
            ]),
            422: refusal('A value or a name that can never be', ['invalid-value']),
            ...refused(document),
          },
        },
      },
    ],
    [at, reads(`${name}.owned`, `Who owns columns of ${name}, and what is on its way to the monolith`, owns, known)],
    [
      `${at}/owner`,
      operation('put', `${name}.settle`, 'Gives their writes to somebody, under an epoch above all before it', owns, {
        body: object({
          owner: { type: 'string', enum: ['monolith', 'service', 'nobody'] },
          epoch: { type: 'integer', minimum: 1 },
        }),
        responses: { ...known, 409: refusal('A later epoch is here', ['epoch-passed']) },
      }),
    ],
    [
      `${at}/disputes`,
      reads(`${name}.disputes`, 'Rows that somebody else has written in the monolith', owns, {
        200: plain('The oldest first', json(object({ columns: { type: 'array', items: text() }, disputes }))),
        ...refused(document),
      }),
    ],
    [
      keyed,
      operation(
        'post',
        `${name}.decide`,
        'Whose word counts for one of them',
        { ...owns, parameters: keyOf(served) },
        {
          body: decision,
          responses: {
            ...known,
            404: refusal('Nothing is in dispute about it, or the row is gone', ['key-not-found']),
            409: refusal('The monolith owns its rows', ['not-the-owner']),
          },
        },
      ),
    ],
  ];
}

const isMirror = (table: ReadTable): table is MirrorTable => 'owned' in table;

function operation(
  method: 'put' | 'post',
  operationId: string,
  summary: string,
  more: Part,
  { body, responses }: { readonly body: JsonSchema; readonly responses: Part },
): Part {
  return {
    [method]: { operationId, summary, ...more, requestBody: { required: true, content: json(body) }, responses },
  };
}

const scoped = ({ auth }: TableDocument, scope: string): Part =>
  auth ? { description: `Wants a token with the scope \`${scope}\`, no customer's.`, security: [{ bearer: [] }] } : {};

function refused({ auth }: TableDocument): Part {
  return {
    400: plain('It cannot be understood', problemBody(['malformed-request', 'invalid-key', 'invalid-parameter'])),
    503: later('The database does not answer now', ['read-model-unavailable', 'too-many-requests-at-once']),
    ...(auth && {
      401: challenge('No token that holds', ['unauthorized']),
      403: challenge('The token does not reach so far', ['forbidden']),
    }),
  };
}

const ownedSchema = ({ owned }: MirrorTable): JsonSchema => ({
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: Object.fromEntries(owned.map((column) => [column.name, columnSchema(column, true)])),
});

const written = (table: MirrorTable): JsonSchema =>
  object({
    data: object(Object.fromEntries(table.owned.map((column) => [column.name, columnSchema(column, true)]))),
    sequence: { type: ['integer', 'null'] },
    position: text(true),
  });

const epoch: Part = {
  ...parameter('header', 'banyan-epoch', 'The epoch under which the service owns the table.', {
    type: 'integer',
    minimum: 0,
  }),
  required: true,
};
const once = parameter('header', 'idempotency-key', 'A write with the key of an earlier one is done once.', {
  type: 'string',
  pattern: '^[!-~]{1,200}$',
});
const waitMs = parameter('query', 'wait-ms', 'How long to wait until the change is carried to the monolith.', {
  ...{ type: 'integer', minimum: 0, default: 0 },
});
