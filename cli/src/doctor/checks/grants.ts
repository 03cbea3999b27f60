import { captureGrants } from '@banyan/connectors';
import { globalRights, holdsSomewhere, isAll } from '../facts/rights.ts';
import type { ServerFacts } from '../facts/server.ts';
import type { Check, Place } from '../finding.ts';

const page = 'reference/doctor.md#the-server';

export const grantChecks: readonly Check<ServerFacts>[] = [
  {
    code: 'grants-missing',
    severity: 'error',
    traps: [],
    is: 'rights that the user lacks for capture',
    happens: 'the connector that is given this user cannot start',
    remedy: `capture with a user who has ${captureGrants.join(', ')} ON *.*`,
    page: 'reference/faults.md#when-the-source-or-its-capture-is-in-trouble',
    find: (facts) => missing(facts),
  },
  {
    code: 'grants-excessive',
    severity: 'note',
    traps: [22],
    is: 'rights that capture does not need',
    happens: 'whoever reaches the connector’s password, or the worker, can change the source',
    remedy: 'capture with a user of its own, who can only read',
    page,
    find: ({ grants }) => {
      const more = [...globalRights(grants)].filter((right) => writing.has(right));
      return more.length > 0 ? [{ where: 'user', what: `${more.join(', ')} ON *.*` }] : [];
    },
  },
];

const writing = new Set([
  ...['ALL PRIVILEGES', 'ALL', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER', 'SUPER', 'CREATE USER', 'FILE'],
]);

/** SELECT on the tables that are captured is enough; the others are rights on the server. */
function missing({ grants }: ServerFacts): Place[] {
  const held = globalRights(grants);
  if (isAll(held)) return [];
  const lacks = captureGrants.filter(
    (right) => !held.has(right) && !(right === 'SELECT' && holdsSomewhere(grants, 'SELECT')),
  );
  return lacks.length === 0 ? [] : [{ where: 'user', what: `the user has no ${lacks.join(', ')}` }];
}
