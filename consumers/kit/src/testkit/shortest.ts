const needed = new Set(['story', 'schedule', 'put', 'remove', 'rekey', 'from', 'to']);

/** Leaves out of a run whatever it fails without: transactions, rows, steps, what is special about its schedule. */
export async function shortest<T extends object>(run: T, fails: (run: T) => Promise<boolean>): Promise<T> {
  for (const one of simpler(run)) if (await fails(one as T)) return shortest(one as T, fails);
  return run;
}

/** With one part left out, outer parts first. A row and a step stay whole. */
function* simpler(value: object): Generator<object> {
  const entries = Object.entries(value);
  const list = Array.isArray(value) ? value : null;
  const isFlat = entries.every(([, part]) => !isComposed(part));
  for (const [key] of entries) {
    if (list) yield list.toSpliced(Number(key), 1);
    else if (!needed.has(key) && (!isFlat || key === 'nth'))
      yield Object.fromEntries(entries.filter(([name]) => name !== key));
  }
  for (const [key, part] of entries)
    for (const one of isComposed(part) ? simpler(part) : [])
      yield list ? list.with(Number(key), one) : { ...value, [key]: one };
}

const isComposed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
