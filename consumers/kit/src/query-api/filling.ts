import type { FastifyReply } from 'fastify';
import { problem, sendProblem } from './problem.ts';
import type { Standpoint } from './read-model.ts';

export function sendFilling(
  reply: FastifyReply,
  { state, reason }: Pick<Standpoint, 'state' | 'reason'>,
): FastifyReply {
  const detail = 'it has no position yet; rows are answered when the snapshot of the source is whole';
  return sendProblem(reply, problem('filling', detail, { state, reason }), { 'retry-after': 5 });
}
