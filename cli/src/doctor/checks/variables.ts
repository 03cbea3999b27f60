import type { ServerFacts } from '../facts/server.ts';
import type { Place } from '../finding.ts';

export const is = ({ variables }: ServerFacts, name: string, ...values: string[]): boolean =>
  values.includes(variables.get(name) ?? '');
export const setTo = ({ variables }: ServerFacts, name: string): Place => ({
  where: 'server',
  what: `${name} is ${variables.get(name) ?? 'unknown'}`,
});
/** Found when the setting is there and is none of these. */
export const unless =
  (name: string, ...values: string[]) =>
  (facts: ServerFacts): Place[] =>
    facts.variables.has(name) && !is(facts, name, ...values) ? [setTo(facts, name)] : [];
