import type { Verdict } from '../shadow/verdict.ts';
import { bucketOf, noCounts, type RouteCounts } from './evidence.ts';

/** Counts that grow. */
export class RunningCounts {
  readonly #counts = { ...noCounts, candidateMs: [...noCounts.candidateMs], monolithMs: [...noCounts.monolithMs] };
  /** There is something that was not taken. */
  isFresh = false;

  /** How long a candidate takes to fail is no time of an answer. */
  compared({ outcome, candidateMs, monolithMs }: Verdict): void {
    if (outcome === 'left') {
      this.proxied(monolithMs);
      return;
    }
    this.isFresh = true;
    this.#counts[outcome]++;
    this.#counts.monolithMs[bucketOf(monolithMs)]!++;
    if (outcome !== 'failed') this.#counts.candidateMs[bucketOf(candidateMs)]!++;
  }

  dropped(): void {
    this.isFresh = true;
    this.#counts.dropped++;
  }

  answered(tookMs: number): void {
    this.isFresh = true;
    this.#counts.answered++;
    this.#counts.candidateMs[bucketOf(tookMs)]!++;
  }

  fellBack(): void {
    this.isFresh = true;
    this.#counts.fellBack++;
  }

  behind(): void {
    this.isFresh = true;
    this.#counts.behind++;
  }

  proxied(tookMs: number): void {
    this.isFresh = true;
    this.#counts.monolithMs[bucketOf(tookMs)]!++;
  }

  /** As they are now. */
  seen(): RouteCounts {
    const { candidateMs, monolithMs } = this.#counts;
    return { ...this.#counts, candidateMs: [...candidateMs], monolithMs: [...monolithMs] };
  }

  /** To be written down; what comes from now on is fresh. */
  take(): RouteCounts {
    this.isFresh = false;
    return this.seen();
  }

  /** It could not be written down. */
  giveBack(): void {
    this.isFresh = true;
  }
}
