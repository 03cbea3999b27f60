import { columnSchema, type JsonSchema } from './column-json.ts';
import { type ProblemCode, problems, problemType } from './problem.ts';
import type { ServedTable } from './served-table.ts';

/** These schemas serialize the answers and describe them in /openapi.json: what they do not name cannot be answered. */
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});

const gtid: JsonSchema = {
  type: 'string',
  pattern: '^(\\d+-\\d+-\\d+(,\\d+-\\d+-\\d+)*)?$',
  description: 'Every transaction of the source up to this GTID is in the answer, and none after it.',
  examples: ['0-1-1575'],
};

const ageMs: JsonSchema = {
  type: ['integer', 'null'],
  minimum: 0,
  description: 'So many milliseconds ago everything the source had committed was in; null when that is not known.',
  examples: [12],
};

export const positionSchema = object({ gtid, ageMs });

export function rowSchema({ table }: ServedTable): JsonSchema {
  return object(
    Object.fromEntries(table.columns.map((column) => [column.name, columnSchema(column, !table.key.includes(column))])),
  );
}

export const oneSchema = (row: JsonSchema, position: JsonSchema = positionSchema): JsonSchema =>
  object({ data: row, position });

export const pageSchema = (row: JsonSchema, position: JsonSchema = positionSchema): JsonSchema =>
  object({
    data: { type: 'array', items: row },
    next: { type: ['string', 'null'], description: 'The `after` of the next page; null when this is the last one.' },
    position,
  });

const state: JsonSchema = {
  type: 'string',
  description: 'What the projector does.',
  examples: ['streaming', 'filling'],
};
const reason: JsonSchema = {
  type: ['string', 'null'],
  description: 'Why it waits or has stopped, with the remedy when there is one; null when all is well.',
};

export const liveSchema = object({ live: { type: 'boolean' } });

export const readySchema = object({
  ready: { type: 'boolean' },
  state: { ...state, type: ['string', 'null'] },
  reason,
  position: { ...gtid, type: ['string', 'null'] },
  ageMs,
});

/** What `banyan prove` has found, the last time that it came to its end. */
export const proofSchema = object({
  state: { type: 'string', enum: ['equal', 'different', 'repaired', 'unproved'] },
  position: { ...gtid, type: ['string', 'null'] },
  checkedAgoMs: { type: ['integer', 'null'], minimum: 0 },
  rows: { type: 'integer', minimum: 0 },
  differences: { type: 'integer', minimum: 0 },
});

/** RFC 9457, with the members that some of these problems have beside its own. */
export function problemSchema(codes: readonly ProblemCode[] = Object.keys(problems) as ProblemCode[]): JsonSchema {
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'detail'],
    additionalProperties: false,
    properties: {
      type: { type: 'string', enum: codes.map(problemType) },
      title: { type: 'string' },
      status: { type: 'integer', enum: [...new Set(codes.map((code) => problems[code].status))] },
      detail: { type: 'string' },
      position: positionSchema,
      state,
      reason,
      parkedSince: {
        ...gtid,
        type: ['string', 'null'],
        description: 'The row was true up to here; null: it never was.',
      },
      parkedFor: { type: 'string', description: 'The code of what stopped the service there.' },
      owner: {
        type: 'string',
        enum: ['monolith', 'service', 'nobody'],
        description: 'Who takes writes of the owned columns.',
      },
      epoch: { type: 'integer', minimum: 0, description: 'The epoch under which he does.' },
    },
  };
}
