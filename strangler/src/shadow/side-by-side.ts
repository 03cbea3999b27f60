import { problem, Refused } from '@banyan/kit';
import type { Dispatcher } from 'undici';
import { askMonolith } from '../proxy/ask-monolith.ts';
import type { Answer } from '../route/declaration.ts';
import type { RouteTable } from '../route/route-table.ts';
import type { Services } from '../service/services.ts';
import { compare } from './compare.ts';
import type { Difference } from './verdict.ts';

/** What both sides say to one request now, whatever clients are answered; the two were not asked at one position. */
export interface BothAnswers {
  readonly monolith: Answer;
  /** Null: the route leaves this request to the monolith. */
  readonly candidate: Answer | null;
  /** The candidate's, as MariaDB writes it. */
  readonly position: string | null;
  readonly differences: readonly Difference[];
}

export interface SideBySideOptions {
  readonly table: RouteTable;
  readonly monolith: Dispatcher;
  readonly services: Services;
  readonly withinMs: number;
}

/**
 * Asks the monolith and the services for a path of a route, without any client's fields. Throws Refused: 400 for a path that is not the
 * route's, 503 when one of them does not answer.
 */
export function sideBySide({ table, monolith, services, withinMs }: SideBySideOptions) {
  return async (route: string, path: string): Promise<BothAnswers> => {
    const matched = table.match({ method: 'GET', url: path, headers: {} });
    if (matched?.route.name !== route) throw new Refused(problem('invalid-parameter', `'path' is not one of ${route}`));
    const limits = { atLeast: null, waitMs: 0, withinMs, freshWithinMs: Number.POSITIVE_INFINITY };
    try {
      const [first, { answer, standing }] = await Promise.all([
        askMonolith(monolith, path, AbortSignal.timeout(withinMs)),
        services.answer(matched, limits),
      ]);
      const differences = answer ? compare(first, answer, matched.route.tolerances ?? {}) : [];
      return { monolith: first, candidate: answer, position: standing.position, differences };
    } catch (error) {
      throw new Refused(problem('read-model-unavailable', (error as Error).message));
    }
  };
}
