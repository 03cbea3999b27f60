/** A plain value as TypeScript. */
export function asCode(value: unknown, indent = ''): string {
  const deeper = `${indent}  `;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return quotedText(value);
  if (Object.is(value, -0)) return '-0';
  if (value instanceof Uint8Array) return `Buffer.from('${Buffer.from(value).toString('hex')}', 'hex')`;
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => asCode(one, deeper))
    : Object.entries(value).map(([key, one]) => `${nameOf(key)}: ${asCode(one, deeper)}`);
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }'];
  const line = parts.length === 0 ? (isList ? '[]' : '{}') : `${open}${parts.join(', ')}${close}`;
  if (line.length + indent.length <= 100 && !line.includes('\n')) return line;
  return `${open.trim()}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close.trim()}`;
}

function nameOf(key: string): string {
  if (key === '__proto__') return "['__proto__']"; // it would be the prototype
  return /^[A-Za-z_]\w*$/.test(key) ? key : quotedText(key);
}

const quotedText = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
