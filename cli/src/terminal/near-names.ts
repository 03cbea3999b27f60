/** Up to three of the names that the given one may have been meant for, the nearest first. */
export function nearNames(given: string, names: Iterable<string>): string[] {
  const wanted = given.toLowerCase();
  const scored = [...new Set(names)].map((name) => ({ name, steps: distanceOf(wanted, name.toLowerCase()) }));
  return scored
    .filter(({ steps }) => steps <= Math.max(2, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.steps - b.steps || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** A part of a name is near; so is `accounts` to `bank.accounts`. */
function distanceOf(wanted: string, name: string): number {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const contained = wanted.length >= 3 && name.includes(wanted) ? 1 : Number.POSITIVE_INFINITY;
  return Math.min(contained, edits(wanted, name), edits(wanted, last));
}

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
