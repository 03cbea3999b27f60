import type { Part } from '@banyan/stack';
import { problemOf } from '../errors.ts';

/**
 * `answers`: it runs and does its work. `silent`: it runs and does not answer in time. `died`: it ended without being stopped.
 * `stopped`: it was not started, or was stopped.
 */
export interface PartStatus {
  readonly name: string;
  readonly state: 'answers' | 'silent' | 'died' | 'stopped';
  readonly port: number | null;
  readonly reason: string | null;
}

/** Never takes longer than the limit, whatever the part does; never rejects. */
export async function partStatus(part: Part, limitMs: number): Promise<PartStatus> {
  const known = { name: part.name, port: part.ports[0] ?? null };
  if (!(await part.isRunning())) {
    const died = await part.hasDied();
    return { ...known, state: died ? 'died' : 'stopped', reason: died ? `see: banyan logs ${part.name}` : null };
  }
  let reason = 'it runs and says nothing';
  try {
    await part.untilReady(limitMs, (text) => (reason = text), AbortSignal.timeout(limitMs));
    return { ...known, state: 'answers', reason: null };
  } catch (error) {
    if (!(await part.isRunning())) return { ...known, state: 'died', reason: problemOf(part.name, error).message };
    return { ...known, state: 'silent', reason: `no answer within ${limitMs / 1000} s: ${reason}` };
  }
}
