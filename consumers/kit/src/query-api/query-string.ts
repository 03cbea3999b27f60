/**
 * The parameters of a URL's query, each once and each known; a text says what is wrong. Decoded as the URL Standard decodes
 * forms (https://url.spec.whatwg.org/#application/x-www-form-urlencoded), so `+` is a space, but nothing malformed passes.
 */
export function queryParameters(url: string, known: readonly string[]): ReadonlyMap<string, string> | string {
  const parameters = new Map<string, string>();
  const start = url.indexOf('?');
  if (start < 0) return parameters;
  for (const part of url.slice(start + 1).split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decoded(equals < 0 ? part : part.slice(0, equals));
    const value = decoded(equals < 0 ? '' : part.slice(equals + 1));
    if (name === null || value === null) return 'the query is not percent-encoded UTF-8';
    if (!known.includes(name)) {
      return known.length === 0 ? 'this path takes no parameters' : `the parameters here are ${known.join(' and ')}`;
    }
    if (parameters.has(name)) return `'${name}' comes more than once`;
    parameters.set(name, value);
  }
  return parameters;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
