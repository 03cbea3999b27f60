import { type Addresses, reproduction } from '../shadow/compared-request.ts';
import type { Change } from '../state/change.ts';
import type { DifferenceSeen } from '../state/evidence-store.ts';
import type { RouteState } from '../state/route-state.ts';

export const stateJson = ({ route: _, changedAt, holdUntil, ...state }: RouteState) => ({
  ...state,
  holdUntil: holdUntil?.toISOString() ?? null,
  changedAt: changedAt.toISOString(),
});

export const changeJson = ({ route: _, at, ...change }: Change) => ({ at: at.toISOString(), ...change });

/** With two commands that show it again. */
export const differenceJson = (
  route: string,
  { firstAt, lastAt, ...difference }: DifferenceSeen,
  addresses: Addresses,
) => ({
  ...difference,
  reproduce: reproduction(route, difference.example.request, addresses),
  firstAt: firstAt.toISOString(),
  lastAt: lastAt.toISOString(),
});

export type StateJson = ReturnType<typeof stateJson>;
export type ChangeJson = ReturnType<typeof changeJson>;
export type DifferenceJson = ReturnType<typeof differenceJson>;
