/**
 * A name that is meant literally, `'bank.accounts'`, or a Java regular expression, `{ regex: 'bank\\..*' }`. Debezium matches
 * either against the whole name, without regard to case.
 */
export type NamePattern = string | { readonly regex: string };

/**
 * The Java regular expression that matches this name and nothing else: every ASCII sign but letters, digits, `_` and `-` is
 * quoted. Commas and blanks become hex escapes, since lists are split at commas and trimmed.
 */
export function literalRegex(name: string): string {
  return name.replace(/[\0-\x7f]/g, (sign) => {
    if (/[\w-]/.test(sign)) return sign;
    return /[!-+./:-~]/.test(sign) ? `\\${sign}` : `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** The comma-separated list of regular expressions that `*.include.list` and `*.exclude.list` settings want. */
export function patternList(patterns: readonly NamePattern[]): string {
  return patterns.map((pattern) => (typeof pattern === 'string' ? literalRegex(pattern) : pattern.regex)).join(',');
}
