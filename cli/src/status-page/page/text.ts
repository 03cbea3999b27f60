import { countText, spanText } from '@banyan/strangler/live-page/browser/figures';
import type { ServiceTold, StatusTold } from '../told.ts';

export const dash = '–';

/** In whole seconds above one, so that a figure does not flicker. */
export const ageText = (ms: number | null): string => (ms === null ? dash : ms < 1000 ? 'under 1 s' : spanText(ms));

export const countOrDash = (count: number | null): string => (count === null ? dash : countText(count));

export const many = (count: number, one: string, more: string): string =>
  `${countText(count)} ${count === 1 ? one : more}`;

export function proofText({ proof }: Pick<ServiceTold, 'proof'>): string {
  if (proof === null) return dash;
  if (proof.state === 'unproved') return 'never';
  return proof.state === 'different' ? `${many(proof.differences, 'row differs', 'rows differ')}` : proof.state;
}

/** What the whole of it comes to, in a heading and in the tab's title. */
export const verdictText = ({ problems }: Pick<StatusTold, 'problems'>): string =>
  problems.length === 0 ? 'All of it works' : many(problems.length, 'problem', 'problems');

/** What is worth to be said aloud: problems that come and go, not figures. */
export function problemNews(before: Pick<StatusTold, 'problems'> | null, now: Pick<StatusTold, 'problems'>): string[] {
  if (before === null) return [];
  const keys = ({ problems }: Pick<StatusTold, 'problems'>) =>
    new Map(problems.map(({ where, code, message }) => [`${where} ${code}`, `${where}: ${message}`]));
  const [old, fresh] = [keys(before), keys(now)];
  const come = [...fresh].filter(([key]) => !old.has(key)).map(([, text]) => `${text}.`);
  const isOver = before.problems.length > 0 && now.problems.length === 0;
  return isOver ? ['All of it works again.'] : come;
}
