import { hash } from 'node:crypto';

/** Raised when the same rows begin to be written otherwise. */
const format = 1;

/**
 * The entity tag of an answer: another one after every commit of the projector, for another question, and for another caller's
 * view. Weak, because `ageMs` differs from answer to answer (RFC 9110, 8.8.1).
 */
export function entityTag(mark: string, question: readonly unknown[]): string {
  const text = JSON.stringify([format, mark, ...question.map(plain)]);
  return `W/"${hash('sha256', text, 'base64url').slice(0, 27)}"`;
}

function plain(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(plain);
  return Buffer.isBuffer(part) ? { bytes: part.toString('base64') } : part;
}

/** Whether `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = tag.replace(/^W\//, '');
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([one]) => one === opaque);
}
