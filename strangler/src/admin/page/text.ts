import { number, spanText } from '../../live-page/browser/figures.ts';
import type { Standing } from '../../state/standing.ts';
import type { P99, SeenRoute } from '../seen-routes.ts';

type Place = Pick<SeenRoute['state'], 'stage' | 'percent'>;

export const unknown = 'not known';

/** `canary 25 %`, `service`. */
export const placeText = ({ stage, percent }: Place): string =>
  stage === 'shadow' || stage === 'canary' ? `${stage} ${percent} %` : stage;

/** Where a write route goes that is between two stages; empty for all others. */
export const phaseText = ({ stage, phase, toStage }: SeenRoute['state']): string =>
  phase === 'settled'
    ? ''
    : phase === 'holding'
      ? `on its way to ${toStage}, writes are held`
      : `on its way back to ${stage}, writes are held`;

/** Never rounded up to a whole that it is not. */
export const rateText = (rate: number | null): string =>
  rate === null ? '–' : `${Math.floor(rate * 1e4 + 1e-6) / 100} %`;

export const p99Text = (p99: P99 | null): string =>
  p99 === null ? '–' : `${p99.isAbove ? 'above ' : ''}${number.format(p99.ms)} ms`;

/** In whole seconds above one, so that a figure does not flicker. */
export function ageText({ silence, isFilling, ageMs }: Standing): string {
  if (silence !== null) return 'silent';
  if (isFilling) return 'filling';
  if (ageMs === null) return unknown;
  return ageMs < 1000 ? 'under 1 s' : spanText(ageMs);
}

export function proofText({ proof }: Standing): string {
  if (proof === null) return unknown;
  const ago = proof.checkedAgoMs === null ? '' : `, ${spanText(proof.checkedAgoMs)} ago`;
  return proof.state === 'different' ? `${number.format(proof.differences)} rows differ${ago}` : `${proof.state}${ago}`;
}

/** What two texts have in common at their beginning and end, in characters; the middle is where they differ. */
export function commonEnds(one: string, other: string): { readonly start: number; readonly end: number } {
  const [a, b] = [[...one], [...other]];
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, end };
}
