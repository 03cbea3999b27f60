import type { Log } from '@banyan/kit';
import type { Dispatcher } from 'undici';
import type { WriteRoute } from '../route/declaration.ts';
import type { ReplicaRegister } from '../state/replica-register.ts';
import type { RouteStore } from '../state/route-store.ts';
import type { Standings } from '../state/standings.ts';
import type { StateWatch } from '../state/state-watch.ts';
import type { ReadAfterTokens } from '../token/read-after.ts';
import type { SourcePosition } from '../token/source-position.ts';
import { writeTold } from '../token/write-told.ts';
import { HoldNotes } from './hold-notes.ts';
import type { OwnerApi } from './owner-api.ts';
import { OwnerWatch } from './owner-watch.ts';
import { WaitingRoom } from './waiting-room.ts';
import { WriteSwitch } from './write-switch.ts';
import { WriteTable } from './write-table.ts';
import { type WriteLimits, Writes } from './writes.ts';

export interface OpenWritesOptions {
  readonly routes: readonly WriteRoute[];
  readonly monolith: Dispatcher;
  readonly api: Pick<OwnerApi, 'owned' | 'setOwner' | 'position' | 'send'>;
  readonly store: Pick<RouteStore, 'states' | 'change' | 'overdue'>;
  readonly register: Pick<ReplicaRegister, 'holds' | 'replicas' | 'clear'>;
  readonly watch: Pick<StateWatch, 'stored' | 'look' | 'knowledge' | 'onChange'>;
  readonly standings: Pick<Standings, 'of'>;
  readonly sourcePosition: SourcePosition;
  readonly tokens: ReadAfterTokens;
  readonly limits?: Partial<WriteLimits>;
  readonly log: Log;
}

export const defaultLimits: WriteLimits = { holdMs: 2000, leaseMs: 30_000 };

/** Everything that write routes of one replica are made of. */
export interface OpenWrites extends AsyncDisposable {
  /** No write is on its way to anybody; one that was cut off may be at work yet. */
  readonly isQuiet: () => boolean;
  readonly writes: Writes;
  readonly writeSwitch: WriteSwitch;
  readonly owners: OwnerWatch;
  readonly room: WaitingRoom;
}

export function openWrites(options: OpenWritesOptions): OpenWrites {
  const { routes, monolith, api, store, register, watch, standings, sourcePosition, tokens, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const names = routes.map(({ name }) => name);
  const room = new WaitingRoom({ watch });
  const told = writeTold(tokens, sourcePosition);
  const table = new WriteTable(routes);
  const writes = new Writes({ monolith, table, routes: names, api, watch, room, told, tokens, limits, log });
  const notes = new HoldNotes({ routes: new Set(names), watch, underWay: writes.underWay, register });
  const switching = { routes, store, api, watch, log, ...limits };
  const writeSwitch = new WriteSwitch({ ...switching, register, standings, sourcePosition });
  const owners = new OwnerWatch(switching);
  return {
    writes,
    writeSwitch,
    owners,
    room,
    isQuiet: () => names.every((name) => writes.underWay.count(name) === 0),
    [Symbol.asyncDispose]: async () => {
      await owners[Symbol.asyncDispose]();
      notes[Symbol.dispose]();
      await room[Symbol.asyncDispose]();
    },
  };
}
