import type { ProjectorState } from '../read-store/index.ts';

/** What a projector knows of itself; the source of its /ready, /live and /metrics. */
export interface ProjectorFacts {
  readonly projection: string;
  readonly state: ProjectorState;
  /** Why it waits or has stopped, with the remedy when there is one; null when all is well. */
  readonly reason: string | null;
  /** The code of the error behind `reason`, such as `registry-unreachable`. */
  readonly code: string | null;
  /** `0-1-1575`, null while filling. */
  readonly position: string | null;
  /** Everything the source had committed at this time is applied, ms since 1970; null while that is not known. */
  readonly freshAtMs: number | null;
  /** Rows of the snapshot applied so far, while filling and after. */
  readonly rowsApplied: number;
  readonly transactionsApplied: number;
  readonly commits: number;
  /** Keys whose rows are not true, because somebody has parked them. */
  readonly parkedKeys: number;
  /** Offsets between the checkpoint and the end of each partition, `topic/partition`; as of the last look. */
  readonly lag: ReadonlyMap<string, number>;
  /** How long the source keeps its binlog, as it says about once a minute; Infinity: for ever, null: not known. */
  readonly binlogKeptMs: number | null;
  /** When the loop last turned, ms since 1970. */
  readonly turnedAtMs: number;
}
