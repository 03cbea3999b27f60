import type { Json, JsonObject } from './json-value.ts';
import { below, type Rules } from './rules.ts';
import { sameMeaning, sameScalar } from './same-value.ts';
import { pointer, shown } from './shown.ts';
import { unmatched } from './unordered.ts';
import type { Difference } from './verdict.ts';

type Found = Json | undefined;

/** Where two documents differ in meaning, at most `most` places. */
export function compareValues(monolith: Json, candidate: Json, rules: Rules, most: number): Difference[] {
  const search = new Search(most);
  search.compare(monolith, candidate, rules);
  return search.found;
}

class Search {
  readonly found: Difference[] = [];
  readonly #path: (string | number)[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined: there is none on that side. */
  compare(monolith: Found, candidate: Found, rules: Rules): void {
    if (rules.ignored || this.found.length >= this.#most) return;
    if (monolith === undefined || candidate === undefined) this.#note(monolith, candidate, rules);
    else if (sameMeaning(monolith, candidate, rules)) return;
    else if (isList(monolith) && isList(candidate)) {
      if (rules.unordered) this.#unordered(monolith, candidate, below(rules, null));
      else this.#ordered(monolith, candidate, rules);
    } else if (isObject(monolith) && isObject(candidate)) this.#members(monolith, candidate, rules);
    else if (!sameScalar(monolith, candidate)) this.#note(monolith, candidate, rules);
  }

  #ordered(monolith: readonly Json[], candidate: readonly Json[], rules: Rules): void {
    for (let index = 0; index < Math.max(monolith.length, candidate.length) && !this.#isFull; index++)
      this.#at(index, monolith[index], candidate[index], below(rules, String(index)));
  }

  #unordered(monolith: readonly Json[], candidate: readonly Json[], each: Rules): void {
    // An element that only the candidate has gets a place behind the monolith's last, as it would have in an ordered list.
    let behind = monolith.length;
    for (const [one, other] of unmatched(monolith, candidate, each)) {
      if (this.#isFull) return;
      this.#at(one ?? behind++, monolith[one ?? -1], candidate[other ?? -1], each);
    }
  }

  #members(monolith: JsonObject, candidate: JsonObject, rules: Rules): void {
    for (const [name, value] of monolith) {
      if (this.#isFull) return;
      this.#at(name, value, candidate.get(name), below(rules, name));
    }
    for (const [name, value] of candidate) {
      if (this.#isFull) return;
      if (!monolith.has(name)) this.#at(name, undefined, value, below(rules, name));
    }
  }

  get #isFull(): boolean {
    return this.found.length >= this.#most;
  }

  #at(part: string | number, monolith: Found, candidate: Found, rules: Rules): void {
    this.#path.push(part);
    this.compare(monolith, candidate, rules);
    this.#path.pop();
  }

  #note(monolith: Found, candidate: Found, rules: Rules): void {
    const show = (value: Found) => (value === undefined ? null : shown(value, rules));
    this.found.push({
      kind: pointer(this.#path, '-') || 'body',
      place: pointer(this.#path, 'index') || 'body',
      monolith: show(monolith),
      candidate: show(candidate),
    });
  }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return value instanceof Map;
}
