import { captureGrants } from '@banyan/connectors';
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
      const more = [...globally(grants)].filter((right) => writing.has(right));
      return more.length > 0 ? [{ where: 'user', what: `${more.join(', ')} ON *.*` }] : [];
    },
  },
];

const all = ['ALL PRIVILEGES', 'ALL'];
const writing = new Set([
  ...all,
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'ALTER',
  'SUPER',
  'CREATE USER',
  'FILE',
]);

function missing({ grants }: ServerFacts): Place[] {
  const held = globally(grants);
  if (all.some((right) => held.has(right))) return [];
  const lacks = captureGrants.filter((right) => !held.has(right) && !(right === 'SELECT' && selectsSomewhere(grants)));
  return lacks.length === 0 ? [] : [{ where: 'user', what: `the user has no ${lacks.join(', ')}` }];
}

const grant = /^GRANT (.+?) ON (.+?) TO /;

/** On the whole server. Source: the form of SHOW GRANTS, https://mariadb.com/kb/en/show-grants/ */
function globally(grants: readonly string[]): ReadonlySet<string> {
  const rights = grants.flatMap((text) => {
    const [, held = '', target] = grant.exec(text) ?? [];
    return target === '*.*' ? held.split(', ') : [];
  });
  return new Set(rights.map((right) => (right === 'REPLICATION CLIENT' ? 'BINLOG MONITOR' : right)));
}

/** Tables that are captured are enough. */
const selectsSomewhere = (grants: readonly string[]): boolean =>
  grants.some((text) => /^(?:.*, )?(?:SELECT|ALL PRIVILEGES)\b/.test(grant.exec(text)?.[1] ?? ''));
