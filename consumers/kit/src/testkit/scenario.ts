import type { Projection } from '../projection/index.ts';
import type { ForeignKey } from '../read-store/index.ts';
import type { TableRows, Transaction } from './source-tables.ts';

/** Given rows, when transactions, then this read model. */
export interface Story {
  /** What the monolith has before; none unless said. */
  readonly given?: TableRows;
  readonly when?: readonly Transaction[];
  /**
   * All rows of these tables at the end, by the read model's names: those columns that are named. What mirrors hold is compared with
   * the monolith's tables in any case, at every commit.
   */
  readonly readModel?: TableRows;
  /** Those of the monolith that change children by themselves. */
  readonly foreignKeys?: readonly ForeignKey[];
}

export interface Scenario extends Story {
  readonly projection: Projection;
}

export const scenario = (projection: Projection, story: Story): Scenario => ({ projection, ...story });
