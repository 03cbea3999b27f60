import { failuresOf, type RouteCounts } from './evidence.ts';
import { count, type Finding, finding, percent } from './finding.ts';
import { canBeAsked, type Evidence, isFresh, isNotDisproved } from './gate.ts';
import type { GateRules, GuardRules } from './gate-rules.ts';

/** What breaks the gate of a route that services answer. */
export interface Broken {
  /** A wrong answer was or would be given: no time to lose. */
  readonly wrong: readonly Finding[];
  /** The monolith answers meanwhile, request by request: it may pass. */
  readonly failing: readonly Finding[];
}

/** `counts` are those of the time that the guard looks back on. */
export function brokenBy({ counts, standings }: Evidence, rules: GateRules): Broken {
  const standing = standings.flatMap((one) => {
    const silence = canBeAsked(one);
    return silence.length > 0 ? silence : isFresh(one, rules);
  });
  return {
    wrong: [...standings.flatMap(isNotDisproved), ...differs(counts, rules.guard)],
    failing: [...standing, ...fails(counts, rules.guard)],
  };
}

function differs({ different }: RouteCounts, { differences, windowMs }: GuardRules): Finding[] {
  if (different <= differences) return [];
  const sentence = `${count(different)} answers of the services differed from the monolith's within ${windowMs / 1000} s`;
  return finding('differences', count(different), `at most ${count(differences)}`, sentence);
}

function fails(counts: RouteCounts, { errorRate, asked: fewest, windowMs }: GuardRules): Finding[] {
  const { failures, asked } = failuresOf(counts);
  if (asked < fewest || failures <= errorRate * asked) return [];
  const sentence = `the services could not answer ${count(failures)} of ${count(asked)} requests within ${windowMs / 1000} s`;
  return finding('error-rate', percent(failures / asked), `at most ${percent(errorRate)}`, sentence);
}
