import type { FastifyReply, FastifyRequest } from 'fastify';
import { parsePosition } from '../change-event/index.ts';
import type { Key } from './key.ts';
import type { Wanted } from './position-waits.ts';
import { problem } from './problem.ts';
import { queryParameters } from './query-string.ts';
import type { Condition } from './read-sql.ts';
import { Refused } from './refused.ts';
import type { ServedTable } from './served-table.ts';

export interface Limits {
  readonly pageSize: number;
  readonly maxPageSize: number;
  /** The greatest `wait-ms`. */
  readonly maxWaitMs: number;
}

export const waitParameters = ['at-least', 'wait-ms'];
export const defaultWaitMs = ({ maxWaitMs }: Limits): number => Math.min(2000, maxWaitMs);

type Parameters = ReadonlyMap<string, string>;

export const wrongParameter = (detail: string): Refused => new Refused(problem('invalid-parameter', detail));

/** Throws Refused for one that is not known, comes twice or is malformed. */
export function parametersOf(request: FastifyRequest, known: readonly string[]): Parameters {
  const parameters = queryParameters(request.url, known);
  if (typeof parameters === 'string') throw wrongParameter(parameters);
  return parameters;
}

/** `at-least` and `wait-ms`; null without the first. */
export function wantedOf(parameters: Parameters, sizes: Limits): Wanted | null {
  const ms = wholeOf(parameters, 'wait-ms', 0, sizes.maxWaitMs, defaultWaitMs(sizes));
  const text = parameters.get('at-least');
  if (text === undefined) {
    if (parameters.has('wait-ms'))
      throw wrongParameter("'wait-ms' says how long to wait for 'at-least', which is missing");
    return null;
  }
  const position = text === '' ? null : parsePosition(text);
  if (position === null) throw wrongParameter('at-least is a GTID such as 0-1-1575, or several with commas between');
  return { position, limitMs: ms };
}

export function limitOf(parameters: Parameters, { pageSize, maxPageSize }: Limits): number {
  return wholeOf(parameters, 'limit', 1, maxPageSize, pageSize);
}

export function wholeOf(parameters: Parameters, name: string, low: number, high: number, otherwise: number): number {
  const text = parameters.get(name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < low || value > high) throw wrongParameter(`${name} is a whole number from ${low} to ${high}`);
  return value;
}

/** The filters that are asked for, in the order of the declaration. */
export function filtersOf(parameters: Parameters, { filters }: ServedTable): readonly Condition[] {
  return filters.flatMap(({ column, form }) => {
    const text = parameters.get(column.name);
    if (text === undefined) return [];
    const value = form.parse(text);
    if (value === null) throw wrongParameter(`${column.name} is ${form.says}`);
    return [{ column, form, value }];
  });
}

export function keyOfPath(request: FastifyRequest, served: ServedTable): readonly Key[] {
  return served.key.ofParts(Object.values(request.params as Record<string, string>)) ?? refuseKey(served);
}

export function afterOf(parameters: Parameters, served: ServedTable): readonly Key[] | null {
  const text = parameters.get('after');
  return text === undefined ? null : (served.key.ofText(text) ?? refuseKey(served));
}

function refuseKey({ path, key }: ServedTable): never {
  throw new Refused(problem('invalid-key', `a key of ${path} is ${key.says}`));
}

/** Aborted when nobody waits for the answer any more. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
