const first = ['type', 'name', 'namespace', 'connect.name'];

/** The schema as text that is the same whenever the schema is: two blanks, keys in one order, fields as they come. */
export function canonicalText(schema: unknown): string {
  return `${JSON.stringify(ordered(schema), null, 2)}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, ordered(one)]));
}
