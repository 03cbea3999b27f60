import type { Problem } from './problem.ts';

/** Thrown by a handler: the answer is this problem. */
export class Refused extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string | number>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string | number>> = {}) {
    super(problem.detail);
    this.name = 'Refused';
    this.problem = problem;
    this.headers = headers;
  }
}
