/** Words of a name: `Supplier Master`, `returnRequest`, `T_PO_HDR`. */
const wordsOf = (name: string): string[] =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());

/** As a path has it: `/supplier-master`. */
export function pathOf(name: string, taken: ReadonlySet<string> = new Set()): string {
  const kebab = wordsOf(name).join('-');
  return unique(`/${/^[a-z]/.test(kebab) ? kebab : `t-${kebab}`}`.replace(/-$/, ''), taken, '-');
}

/** As code has it: kept where it is an identifier, else `supplier_master`. */
export function identifierOf(name: string, taken: ReadonlySet<string> = new Set()): string {
  if (isIdentifier(name)) return unique(name, taken, '_');
  const snake = wordsOf(name).join('_');
  return unique(/^[a-z]/.test(snake) ? snake : `c_${snake}`, taken, '_');
}

export const isIdentifier = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && name !== '__proto__';

/** MariaDB takes names that differ in case alone for one. */
function unique(name: string, taken: ReadonlySet<string>, between: string): string {
  const folded = new Set([...taken].map((one) => one.toLowerCase()));
  if (!folded.has(name.toLowerCase())) return name;
  for (let number = 2; ; number++) {
    const other = `${name}${between}${number}`;
    if (!folded.has(other.toLowerCase())) return other;
  }
}

export const quotedName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
