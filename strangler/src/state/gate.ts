import { decidedOf, failuresOf, matchRateOf, p99Of, type RouteCounts } from './evidence.ts';
import { count, type Finding, finding, ms, percent } from './finding.ts';
import type { GateRules } from './gate-rules.ts';
import type { Stage } from './route-state.ts';
import type { Standing } from './standing.ts';

/** What the gate looks at. */
export interface Evidence {
  /** Of all replicas, since the route came into shadow. */
  readonly counts: RouteCounts;
  /** Of each service that the route asks. */
  readonly standings: readonly Standing[];
}

/**
 * What stands against a step forward to this stage; nothing does when there is none. Into shadow, where no client is answered, it is
 * enough that the services can be asked.
 */
export function gate(to: Stage, rules: GateRules, { counts, standings }: Evidence): Finding[] {
  const asked = standings.flatMap(canBeAsked);
  if (to === 'shadow') return asked;
  return [
    ...asked,
    ...standings.filter(answersNow).flatMap((standing) => [...isFresh(standing, rules), ...isProved(standing, rules)]),
    ...isCompared(counts, rules),
    ...isQuick(counts, rules),
  ];
}

const answersNow = ({ silence, isFilling }: Standing): boolean => silence === null && !isFilling;

export function canBeAsked({ service, silence, isFilling, state }: Standing): Finding[] {
  if (silence !== null) return finding('answers', 'silent', 'an answer', `${service} does not answer: ${silence}`);
  if (!isFilling) return [];
  return finding('filling', state ?? 'filling', 'filled', `${service} is being filled and has no position yet`);
}

export function isFresh({ service, ageMs }: Standing, { freshWithinMs }: GateRules): Finding[] {
  if (ageMs !== null && ageMs <= freshWithinMs) return [];
  const figure = ageMs === null ? 'unknown' : ms(ageMs);
  return finding('fresh', figure, `at most ${ms(freshWithinMs)}`, `the age of ${service} is ${figure}`);
}

/** A proof that says different, not one that is missing. */
export function isNotDisproved({ service, proof }: Standing): Finding[] {
  if (proof?.state !== 'different') return [];
  const figure = count(proof.differences);
  return finding(
    'proof',
    `${figure} differ`,
    'equal',
    `proof has found ${figure} rows of ${service} that differ from the source`,
  );
}

export function isProved(standing: Standing, { provedWithinMs }: GateRules): Finding[] {
  const { service, proof } = standing;
  const remedy = `banyan prove ${service}`;
  if (proof?.state === 'different') return isNotDisproved(standing);
  if (!proof || proof.state === 'unproved')
    return finding('proof', 'none', 'equal', `${service} was never compared with the source: ${remedy}`);
  if (proof.state === 'repaired')
    return finding('proof', 'repaired', 'equal', `${service} was repaired and not compared since: ${remedy}`);
  const ago = proof.checkedAgoMs;
  if (ago !== null && ago <= provedWithinMs) return [];
  const figure = ago === null ? 'unknown' : ms(ago);
  return finding(
    'proof-age',
    figure,
    `at most ${ms(provedWithinMs)}`,
    `the proof of ${service} is ${figure} old: ${remedy}`,
  );
}

function isCompared(counts: RouteCounts, { comparisons, matchRate, undecidedRate, errorRate }: GateRules): Finding[] {
  const decided = decidedOf(counts);
  const rate = matchRateOf(counts);
  const { failures, asked } = failuresOf(counts);
  return [
    ...(decided >= comparisons
      ? []
      : finding(
          'comparisons',
          count(decided),
          `at least ${count(comparisons)}`,
          `${count(decided)} of ${count(comparisons)} comparisons`,
        )),
    ...(rate === null || rate >= matchRate
      ? []
      : finding(
          'match-rate',
          percent(rate),
          `at least ${percent(matchRate)}`,
          `${count(counts.different)} of ${count(decided)} comparisons found a difference`,
        )),
    ...(counts.undecided <= undecidedRate * (decided + counts.undecided)
      ? []
      : finding(
          'undecided-rate',
          percent(counts.undecided / (decided + counts.undecided)),
          `at most ${percent(undecidedRate)}`,
          `${count(counts.undecided)} of ${count(decided + counts.undecided)} comparisons came to nothing`,
        )),
    ...(failures <= errorRate * asked
      ? []
      : finding(
          'error-rate',
          percent(failures / asked),
          `at most ${percent(errorRate)}`,
          `the services could not answer ${count(failures)} of ${count(asked)} requests`,
        )),
  ];
}

function isQuick({ candidateMs }: RouteCounts, { p99Ms }: GateRules): Finding[] {
  const p99 = p99Of(candidateMs);
  if (p99 === null || p99 <= p99Ms) return [];
  const figure = Number.isFinite(p99) ? ms(p99) : 'above 5,000 ms';
  return finding('p99', figure, `at most ${ms(p99Ms)}`, `the p99 of what the services answer is ${figure}`);
}
