import { StranglerError } from '../errors.ts';
import type { Audit } from './change.ts';
import { noCounts, type RouteCounts } from './evidence.ts';
import { sinceEpochOf } from './machine.ts';
import { type Place, type RouteState, unknownState } from './route-state.ts';
import type { Standing } from './standing.ts';

/** The compare-and-set of the database, in memory. */
export class TestingStore {
  state: RouteState = { ...unknownState('accounts'), changedAt: new Date(1) };
  readonly audits: Audit[] = [];
  isAway = false;

  async states(): Promise<RouteState[]> {
    if (this.isAway) throw new StranglerError('state-unavailable', 'refused');
    return [this.state];
  }

  async change(from: RouteState, to: Place, audit: Audit): Promise<RouteState> {
    await this.states();
    if (from.epoch !== this.state.epoch)
      throw new StranglerError('route-changed', 'somebody was first', { state: this.state });
    this.audits.push(audit);
    this.state = {
      ...from,
      ...to,
      epoch: from.epoch + 1,
      sinceEpoch: sinceEpochOf(from, to),
      changedBy: audit.who,
      reason: audit.reason,
    };
    return this.state;
  }

  /** Somebody else changes it. */
  put(to: Place): void {
    this.state = { ...this.state, ...to, epoch: this.state.epoch + 1 };
  }
}

export const streamingStanding: Standing = {
  service: 'accounts',
  silence: null,
  state: 'streaming',
  reason: null,
  isFilling: false,
  ageMs: 100,
  proof: { state: 'equal', checkedAgoMs: 1000, differences: 0 },
};

/** What one replica sees. */
export class TestingSight {
  standing: Standing = streamingStanding;
  counts: RouteCounts = noCounts;
  all = (): Standing[] => [this.standing];
  totals = (): RouteCounts => this.counts;
}
