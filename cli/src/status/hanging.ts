import { setTimeout as delay } from 'node:timers/promises';
import { findHanging, transactionLogs } from '@banyan/kit/transport';
import type { Stack } from '@banyan/stack';
import type { Problem } from '../errors.ts';
import { hangingCode, hangingText, topicsOf } from '../hanging.ts';

/** A second look comes this much later; what is told wrongly while coordinators move harms nobody. */
const steadyMs = 500;

/**
 * The transactions that hold back Connect's own topics, or those of a prefix, and that nobody can end. What cannot be asked within
 * the limit is not told; never rejects.
 */
export async function hangingProblems(stack: Stack, prefix: string, limitMs: number): Promise<Problem[]> {
  if (!(await stack.part('kafka').isRunning())) return [];
  const late = Promise.withResolvers<Problem[]>();
  const timer = setTimeout(() => late.resolve([]), limitMs);
  try {
    return await Promise.race([asked(stack, prefix), late.promise]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

async function asked(stack: Stack, prefix: string): Promise<Problem[]> {
  await using closing = new AsyncDisposableStack();
  const options = { brokers: [stack.kafka], clientId: 'banyan-status' };
  const logs = closing.adopt(await transactionLogs(options), (one) => one.close());
  const { transactions } = await findHanging(logs, topicsOf(prefix), { steadyMs, pause: delay });
  return transactions.map((one) => ({
    where: `topic ${one.topic}`,
    code: hangingCode,
    message: hangingText(one),
    remedy: 'have it aborted, which loses nothing that was ever committed: banyan up',
  }));
}
