/** The request that two answers were compared for. */
export interface ComparedRequest {
  /** As the client sent it, with its query. What stands before the query is shown as it is. */
  readonly path: string;
  /** Query parameters whose values are shown nowhere, besides those whose names say so themselves. */
  readonly secretQuery?: readonly string[];
}

/** Where the two programs of a reproduction are found: `http://127.0.0.1:8012`. */
export interface Addresses {
  readonly monolith: string;
  readonly admin: string;
}

/** Characters of a path that are kept. */
const longestPath = 2000;

/** Broad: a name too many is hidden without harm. */
const namesSecret = /passw|secret|token|credential|signature|session|auth|api.?key|^(pin|pwd|sig|key|code|otp|tan)$/i;

/** The path with `***` for secrets of its query, in printable ASCII. */
export function shownPath({ path, secretQuery = [] }: ComparedRequest): string {
  const start = path.indexOf('?') + 1;
  const secrets = new Set(secretQuery.map((name) => name.toLowerCase()));
  const parts = start > 0 ? path.slice(start).split('&') : [];
  const query = parts.map((part) => withoutSecret(part, secrets)).join('&');
  const whole = start > 0 ? path.slice(0, start) + query : path;
  const printable = whole.toWellFormed().replace(/[^\u0021-\u007e]/gu, encodeURIComponent);
  return printable.length > longestPath ? `${printable.slice(0, longestPath)}…` : printable;
}

/**
 * Two commands: what the monolith answers, and both answers side by side from the facade. Secrets that the path has lost are to be put
 * in again by hand. Null when the path was cut.
 */
export function reproduction(route: string, path: string, { monolith, admin }: Addresses): string | null {
  if (path.endsWith('…')) return null;
  // A path that begins with something else, say @, would lead curl to another host.
  const rooted = path.startsWith('/') ? path : `/${path}`;
  const compared = `${admin}/routes/${encodeURIComponent(route)}/compare?path=${encodeURIComponent(rooted)}`;
  return [
    `curl --include --globoff --path-as-is ${quoted(monolith + rooted)}`,
    `curl --header "authorization: Bearer $TOKEN" ${quoted(compared)}`,
  ].join('\n');
}

/** Some servers end a parameter at a semicolon too. */
function withoutSecret(part: string, secrets: ReadonlySet<string>): string {
  const shown: string[] = [];
  for (const each of part.split(';')) {
    const name = each.split('=', 1)[0] ?? '';
    const plain = decoded(name).replace(/\[.*$/s, '').toLowerCase();
    if (each !== name && (secrets.has(plain) || namesSecret.test(plain))) return [...shown, `${name}=***`].join(';');
    shown.push(each);
  }
  return shown.join(';');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** One word for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
