import { problem, Refused, type TokenRules, tokenCheck } from '@banyan/kit';
import type { FastifyRequest } from 'fastify';

export type RouteScope = 'routes:read' | 'routes:write';

/** Who asks. */
export interface Admin {
  /** As the audit names him. */
  readonly who: string;
  /** When his token ends, ms since 1970. */
  readonly expiresAtMs: number;
}

/** Throws Refused: 401 without a token that holds, 403 without the scope. */
export type AdminAccess = (request: FastifyRequest, scope: RouteScope) => Promise<Admin>;

/** A customer's token moves no route, whatever scopes it has; nor does one that says of nobody that it is his. */
export function adminAccess(rules: TokenRules): AdminAccess {
  const check = tokenCheck(rules);
  return async ({ headers }, scope) => {
    const { subject, scopes, customerId, expiresAtMs } = await check(headers.authorization);
    if (subject !== null && customerId === null && scopes.has(scope)) return { who: subject, expiresAtMs };
    const detail =
      customerId !== null
        ? 'this is not for customers'
        : subject === null
          ? 'the token does not say whose it is: it has no sub'
          : `this wants a token with the scope ${scope}`;
    throw new Refused(problem('forbidden', detail), {
      'www-authenticate': `Bearer realm="banyan", error="insufficient_scope", scope="${scope}"`,
    });
  };
}
