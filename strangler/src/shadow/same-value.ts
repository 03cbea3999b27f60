import { exactly, meaning } from './formats.ts';
import { type Json, JsonNumber } from './json-value.ts';
import { below, type Rules } from './rules.ts';

/** Whether two values that are no lists and no objects mean the same: numbers exactly, strings by code unit. */
export function sameScalar(one: Json, other: Json): boolean {
  if (one instanceof JsonNumber && other instanceof JsonNumber)
    return one.text === other.text || exactly(one.text) === exactly(other.text);
  return one === other;
}

/** Whether two values are one value in the declared format. */
export function sameMeaning(one: Json, other: Json, { format }: Rules): boolean {
  const found = format && meaning(format, one);
  return format !== null && found !== undefined && found === meaning(format, other);
}

/** A text that two values have in common exactly when comparing them under the rules finds no difference. */
export function identity(value: Json, rules: Rules): string {
  const found = rules.format && meaning(rules.format, value);
  // No JSON text begins with #.
  if (typeof found === 'string') return `#${JSON.stringify(found)}`;
  if (value instanceof JsonNumber) return exactly(value.text);
  if (Array.isArray(value)) return `[${elements(value, rules).join()}]`;
  if (value instanceof Map) return `{${members(value, rules).join()}}`;
  return JSON.stringify(value);
}

function elements(list: readonly Json[], rules: Rules): string[] {
  if (rules.unordered) {
    const each = below(rules, null);
    return each.ignored ? [] : list.map((element) => identity(element, each)).sort();
  }
  return list.flatMap((element, index) => {
    const here = below(rules, String(index));
    return here.ignored ? [] : [`${index}:${identity(element, here)}`];
  });
}

function members(object: ReadonlyMap<string, Json>, rules: Rules): string[] {
  const found: string[] = [];
  for (const [name, value] of object) {
    const here = below(rules, name);
    if (!here.ignored) found.push(`${JSON.stringify(name)}:${identity(value, here)}`);
  }
  return found.sort();
}
