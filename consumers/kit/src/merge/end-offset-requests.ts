import { MergeError } from './merge-error.ts';
import type { PartitionName } from './types.ts';

/**
 * Numbers the requests for end offsets, so that an answer can serve exactly the transactions that were closed before its
 * request was handed out: those whose rows are below the offsets for certain.
 */
export class EndOffsetRequests {
  readonly #partitions: readonly PartitionName[];
  #handedOut = 0;
  #answered = 0;
  #ends: ReadonlyMap<PartitionName, bigint> = new Map();

  constructor(partitions: Iterable<PartitionName>) {
    this.#partitions = [...partitions];
  }

  /** The first request that may serve a transaction closed now: one that has not been handed out yet. */
  get next(): number {
    return this.#handedOut + 1;
  }

  /** Hands out a request that serves `atLeast`; null when such an answer is there. Asked again, it gives the same number. */
  handOut(atLeast: number): number | null {
    if (this.#answered >= atLeast) return null;
    this.#handedOut = Math.max(this.#handedOut, atLeast);
    return this.#handedOut;
  }

  /** The newest answer is kept; a late answer to an older request is of no use any more. */
  answer(request: number, ends: ReadonlyMap<PartitionName, bigint>): void {
    if (!Number.isInteger(request) || request < 1 || request > this.#handedOut) throw unknownRequest(request);
    for (const partition of this.#partitions) if (!ends.has(partition)) throw endMissing(request, partition);
    if (request <= this.#answered) return;
    this.#answered = request;
    this.#ends = new Map(ends);
  }

  /** End offsets of all data partitions taken for request `atLeast` or a later one; null when there are none. */
  answerFor(atLeast: number): ReadonlyMap<PartitionName, bigint> | null {
    return this.#answered >= atLeast ? this.#ends : null;
  }
}

function unknownRequest(request: number): MergeError {
  return new MergeError(
    'request-unknown',
    `End offsets came for request ${request}, which this merge never handed out. Answer with the number of wantsEndOffsets(), to the same instance.`,
  );
}

function endMissing(request: number, partition: PartitionName): MergeError {
  return new MergeError(
    'end-offset-missing',
    `The end offsets for request ${request} lack ${partition}. Give the end of every subscribed data partition.`,
  );
}
