import type { Json } from './json-value.ts';
import { below, type Rules } from './rules.ts';
import { identity } from './same-value.ts';

/** Indexes of a pair; undefined on the side that has one less. */
export type Pair = readonly [number | undefined, number | undefined];

/**
 * What is left of two lists when each element has been matched with an equal one, once: pairs that differ. They are paired by the
 * member that tells most of them apart on both sides (an id, most often), the others as they come. No comparison of each with
 * each: the time grows with the size of the lists. `rules` are those of any element.
 */
export function unmatched(one: readonly Json[], other: readonly Json[], rules: Rules): Pair[] {
  const waiting = Map.groupBy(other.keys(), (index) => identity(other[index]!, rules));
  const left = [...one.keys()].filter((index) => waiting.get(identity(one[index]!, rules))?.pop() === undefined);
  const right = [...waiting.values()].flat().sort((a, b) => a - b);
  if (left.length === 0 || right.length === 0) return asTheyCome(left, right);

  const [mine, theirs] = [byMember(one, left, rules), byMember(other, right, rules)];
  let best: Pair[] = [];
  for (const [name, values] of mine) {
    const known = theirs.get(name);
    const pairs: Pair[] = [];
    for (const [value, index] of values) {
      const partner = known?.get(value);
      if (partner !== undefined) pairs.push([index, partner]);
    }
    if (pairs.length > best.length) best = pairs;
  }
  const [paired, partners] = [new Set(best.map(([index]) => index)), new Set(best.map(([, index]) => index))];
  const rest = asTheyCome(
    left.filter((index) => !paired.has(index)),
    right.filter((index) => !partners.has(index)),
  );
  return [...best, ...rest];
}

function asTheyCome(left: readonly number[], right: readonly number[]): Pair[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [left[at], right[at]]);
}

/** By member, by value: the last element that has it. */
function byMember(list: readonly Json[], indexes: readonly number[], rules: Rules): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const index of indexes) {
    const element = list[index];
    if (!(element instanceof Map)) continue;
    for (const [name, value] of element as ReadonlyMap<string, Json>) {
      const here = below(rules, name);
      if (here.ignored || Array.isArray(value) || value instanceof Map) continue;
      const values = found.get(name) ?? new Map<string, number>();
      found.set(name, values.set(identity(value, here), index));
    }
  }
  return found;
}
