/** What a content type says about how a body is read. */
export interface MediaType {
  /** Lower case, without parameters. */
  readonly name: string;
  /** Lower case; null when none is named. */
  readonly charset: string | null;
  readonly isJson: boolean;
}

/** Media type and charset (RFC 9110, 8.3), both without regard to case; other parameters do not change how a page or JSON is read. */
export function mediaType(contentType: string): MediaType {
  const [first = '', ...parameters] = contentType.split(';');
  const name = first.trim().toLowerCase();
  const isJson = /^(application|text)\/json$|\+json$/.test(name);
  let charset: string | null = null;
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=', 2);
    if (key.trim().toLowerCase() === 'charset') charset ??= value.trim().replaceAll('"', '').toLowerCase();
  }
  if (charset === 'utf8') charset = 'utf-8';
  // JSON is UTF-8 and has no such parameter (RFC 8259, 8.1 and 11): naming it says nothing.
  return { name, charset: isJson ? (charset ?? 'utf-8') : charset, isJson };
}

export function sameMediaType(one: MediaType, other: MediaType): boolean {
  return one.name === other.name && one.charset === other.charset;
}
