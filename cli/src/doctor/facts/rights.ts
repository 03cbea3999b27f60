const grant = /^GRANT (.+?) ON (.+?) TO /;
const all = ['ALL PRIVILEGES', 'ALL'];

/** What a statement of SHOW GRANTS gives, and on what: `*.*`, `` `shop`.* ``, a table. Source: https://mariadb.com/kb/en/show-grants/ */
function rightsIn(text: string): { readonly on: string; readonly rights: readonly string[] } {
  const [, held = '', on = ''] = grant.exec(text) ?? [];
  const rights = held.split(', ').map((right) => (right === 'REPLICATION CLIENT' ? 'BINLOG MONITOR' : right));
  return { on, rights };
}

/** On the whole server. */
export const globalRights = (grants: readonly string[]): ReadonlySet<string> =>
  new Set(grants.map(rightsIn).flatMap(({ on, rights }) => (on === '*.*' ? rights : [])));

export const isAll = (rights: ReadonlySet<string>): boolean => all.some((right) => rights.has(right));

/** Whether a right is held for all of a database. */
export const holds = (grants: readonly string[], right: string, database: string): boolean =>
  grants
    .map(rightsIn)
    .some(
      ({ on, rights }) => (on === '*.*' || covers(on, database)) && [right, ...all].some((one) => rights.includes(one)),
    );

/** On any table or database. */
export const holdsSomewhere = (grants: readonly string[], right: string): boolean =>
  grants.map(rightsIn).some(({ rights }) => rights.some((one) => all.includes(one) || one.split(' (')[0] === right));

/** `` `shop_%`.* ``: a pattern of LIKE. */
function covers(on: string, database: string): boolean {
  const [, pattern] = /^`((?:[^`]|``)+)`\.\*$/.exec(on) ?? [];
  if (pattern === undefined) return false;
  const signs = pattern
    .replaceAll('``', '`')
    .replaceAll(/\\([_%])|([_%])|([^\w])/g, (_, kept, any, sign) =>
      any === '%' ? '.*' : any === '_' ? '.' : (kept ?? `\\${sign}`),
    );
  return new RegExp(`^${signs}$`, 's').test(database);
}
