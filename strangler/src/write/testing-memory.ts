import { StranglerError } from '../errors.ts';
import type { Audit, Change } from '../state/change.ts';
import { sinceEpochOf } from '../state/machine.ts';
import type { SeenReplica } from '../state/replica-register.ts';
import { type Movement, type Place, type RouteState, unknownState } from '../state/route-state.ts';

/** The facade's database in memory, with its clock: what RouteStore and ReplicaRegister do with it. */
export class TestingMemory {
  state: RouteState;
  readonly changes: Change[] = [];
  readonly #seenAt = new Map<string, number>();
  readonly #holds = new Set<string>();

  constructor(route: string) {
    this.state = { ...unknownState(route), changedAt: new Date(), reason: 'it was declared' };
  }

  /** The ports of one replica. */
  replica(name: string) {
    return {
      store: {
        states: async () => [this.state],
        change: (from: RouteState, to: Place, audit: Audit, movement?: Movement) =>
          this.change(from, to, audit, movement),
        overdue: async () => (this.#isOverdue() ? [this.state.route] : []),
        changes: async () => this.changes.toReversed(),
      },
      register: {
        beat: async () => void this.#seenAt.set(name, Date.now()),
        holds: async (route: string, epoch: number) => void this.#holds.add(`${route} ${epoch} ${name}`),
        replicas: async (route: string, epoch: number, withinMs: number) => this.#replicas(route, epoch, withinMs),
        clear: async () => {},
        leave: async () => void this.#seenAt.delete(name),
      },
    };
  }

  async change(from: RouteState, to: Place, audit: Audit, movement: Movement = {}): Promise<RouteState> {
    const { phase = 'settled', toStage = null, holdMs, ownerEpoch = from.ownerEpoch } = movement;
    if (from.epoch !== this.state.epoch)
      throw new StranglerError('route-changed', 'somebody was first', { state: this.state });
    const { stage, percent } = to;
    const holdUntil = holdMs === undefined ? null : new Date(Date.now() + holdMs);
    const epoch = from.epoch + 1;
    const at = new Date();
    const told = { changedAt: at, changedBy: audit.who, reason: audit.reason };
    const sinceEpoch = sinceEpochOf(from, to);
    this.state = { ...from, stage, percent, epoch, sinceEpoch, phase, toStage, holdUntil, ownerEpoch, ...told };
    this.changes.push({ ...audit, route: from.route, epoch, at, from, to: { stage, percent } });
    return this.state;
  }

  #isOverdue(): boolean {
    return this.state.holdUntil !== null && this.state.holdUntil.getTime() < Date.now();
  }

  #replicas(route: string, epoch: number, withinMs: number): SeenReplica[] {
    const seen = [...this.#seenAt].map(([replica, atMs]) => ({ replica, seenAgoMs: Date.now() - atMs }));
    return seen
      .filter(({ seenAgoMs }) => seenAgoMs < withinMs)
      .map((one) => ({ ...one, isHolding: this.#holds.has(`${route} ${epoch} ${one.replica}`) }));
  }
}
