import type { Answer } from '../route/declaration.ts';
import { compare } from './compare.ts';
import { shortened } from './shown.ts';
import type { Tolerances } from './tolerances.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { Difference, Outcome, Positions, Verdict } from './verdict.ts';

export interface CandidateAnswer {
  /** Null: the route leaves this request to the monolith. */
  readonly answer: Answer | null;
  /** The GTID position it was read at, when that is known. */
  readonly position: string | null;
}

/** The two sides of a comparison. Each obeys its signal. */
export interface Sides {
  /** Rejects when it cannot answer in a way that counts, and when its read model is not at `atLeast` (a GTID position) in time. */
  candidate(atLeast: string | null, signal: AbortSignal): Promise<CandidateAnswer>;
  /** Asks the monolith once more what the client has asked; not a cache before it. */
  monolith(signal: AbortSignal): Promise<Answer>;
  /** The source's newest GTID position, read after the call. */
  sourcePosition(signal: AbortSignal): Promise<string>;
}

export interface JudgeOptions {
  readonly tolerances?: Tolerances;
  /** Aborted by a TimeoutError it ends in a verdict; by anything else judging ends without one, and rejects. */
  readonly signal?: AbortSignal;
  /** How often the monolith is asked again at most; default 5, at least 2. */
  readonly rounds?: number;
  /** How long it took for the client's answer. */
  readonly monolithMs: number;
}

/**
 * Whether the candidate says what the monolith has said, and no false alarm. What the candidate says at once counts when it is equal.
 * Else it is asked again at no less than the source's position now, which is past the client's answer M0, and then the monolith is
 * asked again: the candidate's answer C lies between M0 and M1 in the order of the source's commits. When M1 equals M0 and C neither, a right
 * candidate must have seen another value come and go in between (ABA). Once makes it suspect; twice in a row (M0 C M1 C' M2,
 * all M equal, no C equal to them) is `different`. When M1 is not M0 the thing is changing, and it begins again from M1.
 *
 * What can still raise a false alarm: a value that comes and goes twice, each time just when the candidate is asked; a monolith that
 * answers from a cache or a replica behind the source; one that makes an answer of two statements without a snapshot and mixes
 * the same states three times; and a commit that is in the binlog, and so in the candidate, and stays invisible to the
 * monolith's reads over both rounds (semi-synchronous replication that waits after the sync).
 * Rejects only for wrong tolerances and for an abort that is no time-out.
 */
export async function judge(first: Answer, sides: Sides, options: JudgeOptions): Promise<Verdict> {
  const { tolerances = {}, signal = new AbortController().signal, monolithMs } = options;
  const rounds = Math.max(2, options.rounds ?? 5);
  const differences = (one: Answer, other: Answer) => compare(one, other, tolerances);
  const isSame = (one: Answer, other: Answer) => differences(one, other).length === 0;
  let positions: Positions = { source: null, candidate: null };
  let candidateMs = 0;
  const ending = (outcome: Outcome, found: readonly Difference[] = [], reason: string | null = null): Verdict => {
    return { outcome, differences: found, reason, positions, candidateMs, monolithMs };
  };
  const asking = async <T>(outcome: Outcome, what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await unlessAborted(signal, ask);
    } catch (cause) {
      if (signal.aborted && !isTimeout(signal.reason)) throw signal.reason;
      throw new Ended(outcome, `${what}: ${signal.aborted ? 'not within the time for one comparison' : textOf(cause)}`);
    }
  };
  const askCandidate = async (atLeast: string | null): Promise<Answer | null> => {
    const said = await asking('failed', 'candidate', () => sides.candidate(atLeast, signal));
    positions = { source: atLeast, candidate: said.position };
    return said.answer;
  };

  const startMs = performance.now();
  try {
    let said = await askCandidate(null).finally(() => {
      candidateMs = performance.now() - startMs;
    });
    if (said === null) return ending('left');
    if (isSame(first, said)) return ending('equal');
    let last = first;
    let isSuspect = false;
    let change: readonly Difference[] = [];
    for (let round = 0; round < rounds; round++) {
      said = await askCandidate(await asking('undecided', 'source position', () => sides.sourcePosition(signal)));
      if (said === null) return ending('left');
      const found = differences(last, said);
      if (found.length === 0) return ending('equal');
      const again = await asking('undecided', 'monolith', () => sides.monolith(signal));
      if (isSame(again, said)) return ending('equal');
      const stands = isSame(last, again);
      if (stands && isSuspect) return ending('different', found);
      if (!stands) change = differences(last, again);
      isSuspect = stands;
      last = again;
    }
    const kinds = [...new Set(change.map(({ kind }) => kind))].slice(0, 5).join(', ');
    return ending('undecided', [], shortened(`the monolith's own answer does not stand still: ${kinds}`));
  } catch (cause) {
    if (cause instanceof Ended) return ending(cause.outcome, [], shortened(cause.message));
    throw cause;
  }
}

class Ended extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome, reason: string) {
    super(reason);
    this.outcome = outcome;
  }
}

function isTimeout(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
