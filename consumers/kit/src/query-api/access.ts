import type { FastifyRequest } from 'fastify';
import { problem } from './problem.ts';
import type { Condition } from './read-sql.ts';
import { Refused } from './refused.ts';
import type { ServedTable } from './served-table.ts';
import { type Caller, type TokenRules, tokenCheck, unauthorized } from './tokens.ts';

/** What the caller may see of one table. */
export interface View {
  /** Rows that do not meet it are not there for him; null when he sees all. */
  readonly owner: Condition | null;
  /** When his token ends, ms since 1970; null without tokens. */
  readonly expiresAtMs: number | null;
}

/** Throws Refused: 401 without a token that holds, 403 with one that does not reach so far. */
export type Access = (request: FastifyRequest, served: ServedTable) => Promise<View>;

const everything: View = { owner: null, expiresAtMs: null };

/** `off` lets everybody read everything. */
export function accessBy(rules: TokenRules | 'off'): Access {
  if (rules === 'off') return async () => everything;
  const check = tokenCheck(rules);
  return async ({ headers }, served) => viewOf(await check(headers.authorization), served);
}

/** Who asks, when his token has the scope; null without tokens. Throws Refused. */
export type ScopeCheck = (request: FastifyRequest, scope: string) => Promise<Caller | null>;

export function scopesBy(rules: TokenRules | 'off'): ScopeCheck {
  if (rules === 'off') return async () => null;
  const check = tokenCheck(rules);
  return async ({ headers }, scope) => {
    const caller = await check(headers.authorization);
    // A customer's own token is for reading.
    const ofAll = `${scope.split(':')[0]}:*`;
    if (caller.customerId === null && (caller.scopes.has(scope) || caller.scopes.has(ofAll))) return caller;
    throw insufficient(`this wants a token with the scope ${scope}`, scope);
  };
}

/** By the path: a table's name may have what a scope cannot (RFC 6749, 3.3). */
export const scopeOf = ({ path }: ServedTable): string => `read:${path.slice(1)}`;
export const scopeOfAll = 'read:*';

/**
 * A customer's token sees the rows he owns, whatever scopes it has. A table without an owner, and every table for a token that
 * is no customer's, wants the table's scope.
 */
export function viewOf({ customerId, scopes, expiresAtMs }: Caller, served: ServedTable): View {
  if (customerId !== null && served.owner) return { owner: ownerIs(served, customerId), expiresAtMs };
  const scope = scopeOf(served);
  if (scopes.has(scope) || scopes.has(scopeOfAll)) return { owner: null, expiresAtMs };
  throw insufficient(`${served.path} wants a token with the scope ${scope}`, scope);
}

const insufficient = (detail: string, scope: string): Refused =>
  new Refused(problem('forbidden', detail), {
    'www-authenticate': `Bearer realm="banyan", error="insufficient_scope", scope="${scope}"`,
  });

function ownerIs({ owner }: ServedTable, customerId: string): Condition {
  const { column, form } = owner!;
  // Blanks at the end do not count in a comparison of MariaDB, so they would make two customers one.
  const value = customerId.endsWith(' ') ? null : form.parse(customerId);
  if (value === null) throw unauthorized('the customer id in the token is none that exists here', 'invalid_token');
  return { column, form, value };
}
