/** A key as it is written down, for people: `17`, `k1 123`. */
export function keyWords(key: string): string {
  const parts = JSON.parse(key) as (string | { readonly bytes: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : `base64:${part.bytes}`)).join(' ');
}
