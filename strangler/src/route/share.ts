import { createHash } from 'node:crypto';

/** Whether somebody is of the first `percent` of all, the same for ever: who is of 5 % is of 25 % too. Each route draws anew. */
export function isOfShare(route: string, who: string, percent: number): boolean {
  if (percent >= 100) return true;
  const drawn = createHash('sha256').update(`${route}\n${who}`).digest().readUIntBE(0, 6) / 2 ** 48;
  return drawn * 100 < percent;
}
