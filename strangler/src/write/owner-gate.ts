import { count, type Finding, finding, ms } from '../state/finding.ts';
import { canBeAsked, isFresh, isProved } from '../state/gate.ts';
import type { GateRules } from '../state/gate-rules.ts';
import type { RouteState } from '../state/route-state.ts';
import type { Standing } from '../state/standing.ts';
import type { Owned, Owner } from './owner-api.ts';

/** What stands against writes coming to the service: it must be as good as one that answers reads, and have nothing undecided. */
export function forwardGate(rules: GateRules, standing: Standing, owned: Owned, state: RouteState): Finding[] {
  const asked = canBeAsked(standing);
  const known = asked.length > 0 ? asked : [...isFresh(standing, rules), ...isProved(standing, rules)];
  return [...known, ...isWhole(owned), ...isOwnedBy(owned, 'monolith'), ...isBelow(owned, state)];
}

/** The same once more while writes are held, of what can have changed meanwhile. */
export const heldGate = (owned: Owned): Finding[] => [...isWhole(owned), ...isOwnedBy(owned, 'monolith')];

/** What stands against writes going back: nothing that is on its way may be lost. */
export const backGate = (owned: Owned, state: RouteState): Finding[] => [
  ...carries(owned),
  ...hasNone(owned, 'conflicts', 'changes cannot be carried to the monolith: decide on them first'),
  ...isBelow(owned, state),
];

/** What stands against a route being retired, from where there is no way back. */
export const retireGate = (rules: GateRules, standing: Standing, owned: Owned): Finding[] => {
  const asked = canBeAsked(standing);
  const known = asked.length > 0 ? asked : [...isFresh(standing, rules), ...isProved(standing, rules)];
  return [...known, ...isClean(owned), ...isOwnedBy(owned, 'service')];
};

/** What was written under the former owner and is not at the monolith, or not as it was written. */
export const drainGate = (owned: Owned): Finding[] => [
  ...hasNone(owned, 'waiting', 'changes are not carried to the monolith yet'),
  ...hasNone(owned, 'conflicts', 'changes cannot be carried to the monolith: decide on them first'),
];

export const provenGate = (owned: Owned): Finding[] =>
  hasNone(owned, 'different', 'rows are not at the monolith as the service has them');

/** Only that a proof is old, or was never made, is passed over by who has a reason: a reader's gate lets that pass, too. */
export const isForceable = ({ rule, figure }: Finding): boolean =>
  rule === 'proof-age' || (rule === 'proof' && (figure === 'none' || figure === 'repaired'));

const isClean = (owned: Owned): Finding[] => [
  ...carries(owned),
  ...hasNone(owned, 'conflicts', 'changes cannot be carried to the monolith: decide on them first'),
  ...hasNone(owned, 'rogue', 'writes of others to owned columns are undecided'),
  ...hasNone(owned, 'different', 'rows are not at the monolith as the service has them'),
];

const isWhole = (owned: Owned): Finding[] => [
  ...isClean(owned),
  ...hasNone(owned, 'waiting', 'changes are not carried to the monolith yet'),
];

function carries({ carrier: { working, reason } }: Owned): Finding[] {
  const why = reason === null ? '' : `: ${reason}`;
  return working ? [] : finding('carrier', 'not working', 'working', `the carrier of changes does not work${why}`);
}

function hasNone(owned: Owned, rule: 'waiting' | 'conflicts' | 'rogue' | 'different', what: string): Finding[] {
  return owned[rule] === 0 ? [] : finding(rule, count(owned[rule]), '0', `${count(owned[rule])} ${what}`);
}

function isOwnedBy({ owner, epoch }: Owned, wanted: Owner): Finding[] {
  if (owner === wanted) return [];
  return finding('owner', owner, wanted, `the service says that the owner is ${owner}, since epoch ${epoch}`);
}

/** An epoch that the service has passed is none that it would take: this is another database than the one that gave it. */
function isBelow({ epoch }: Owned, state: RouteState): Finding[] {
  if (epoch <= state.epoch) return [];
  const sentence = `the service knows epoch ${epoch}, the facade's database is at ${state.epoch}: it is another one, or was restored`;
  return finding('owner-epoch', String(epoch), `at most ${state.epoch}`, sentence);
}

/** A step that did not come to its end in its time. */
export const late = (rule: 'replica' | 'under-way' | 'position', afterMs: number, sentence: string): Finding => ({
  rule,
  figure: ms(afterMs),
  wanted: 'in time',
  sentence,
});
