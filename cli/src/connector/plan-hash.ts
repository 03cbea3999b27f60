import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { historiesOf } from '@banyan/connectors';
import { CliError } from '../errors.ts';
import type { Plan } from './plan.ts';

/** What a plan is about, one line for each thing that it would do; what only informs, as estimates do, is left out. */
export function linesOf(plan: Plan): string[] {
  const { name, connector, changes, topics, lost, added, isStoppedToAdd } = plan;
  return [
    `connector ${name}: ${connector}`,
    ...changes.map(({ setting, from, to }) => `${setting}: ${from ?? '(not set)'} -> ${to ?? '(not set)'}`),
    // That of the histories is there once somebody has begun to apply.
    ...topics
      .filter(({ topic }) => topic !== historiesOf(name))
      .map(({ topic }) => `make topic ${topic}${lost.includes(topic) ? ', which is lost' : ''}`),
    ...added.map(
      ({ table, state }) => `capture ${table} with its history${state === 'begun' ? ', which is begun' : ''}`,
    ),
    ...(isStoppedToAdd ? ['resume it'] : []),
  ];
}

/** The first twelve digits of SHA-256 over the lines. */
export const hashOf = (plan: Plan): string =>
  createHash('sha256').update(linesOf(plan).join('\n')).digest('hex').slice(0, 12);

/** The plan that somebody has seen: its hash, and its lines where he has kept them. */
export interface ShownPlan {
  readonly hash: string;
  readonly lines: readonly string[] | null;
}

/** `word` is a hash, or the file that the output of `plan --json` was written to. Throws CliError `usage`. */
export function shownPlanOf(word: string, read = (path: string) => readFileSync(path, 'utf8')): ShownPlan {
  if (/^[0-9a-f]{12}$/.test(word)) return { hash: word, lines: null };
  try {
    const { plan } = JSON.parse(read(word)) as { plan: { hash: string; lines: string[] } };
    if (/^[0-9a-f]{12}$/.test(plan.hash) && plan.lines.every((line) => typeof line === 'string')) return plan;
  } catch {
    // Said below.
  }
  throw new CliError('usage', `--plan ${word}: it is neither the hash of a plan, nor a file with one`, {
    remedy: 'banyan connector plan prints the hash; banyan connector plan --json > FILE keeps the plan',
  });
}

/** Throws CliError `plan-stale` with what has come and what has gone since it was shown. */
export function refuseStale(plan: Plan, shown: ShownPlan | null): void {
  if (shown === null || shown.hash === hashOf(plan)) return;
  const now = linesOf(plan);
  const message =
    shown.lines === null
      ? `the plan is not ${shown.hash} any more, it is ${hashOf(plan)}: ${now.join('; ')}`
      : `the plan is not the one that was shown any more: ${differences(shown.lines, now).join('; ')}`;
  throw new CliError('plan-stale', message, {
    remedy: 'nothing was changed; look at it again: banyan connector plan',
  });
}

const differences = (shown: readonly string[], now: readonly string[]): string[] => [
  ...shown.filter((line) => !now.includes(line)).map((line) => `not any more: ${line}`),
  ...now.filter((line) => !shown.includes(line)).map((line) => `new: ${line}`),
];
