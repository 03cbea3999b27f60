import type { Log } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import type { WriteRoute } from '../route/declaration.ts';
import type { Audit } from '../state/change.ts';
import type { Movement, Place, RouteState } from '../state/route-state.ts';
import type { OwnerApi } from './owner-api.ts';

export interface UndoOptions {
  readonly store: { change(from: RouteState, to: Place, audit: Audit, movement?: Movement): Promise<RouteState> };
  readonly api: Pick<OwnerApi, 'owned' | 'setOwner'>;
  /** So that this replica acts on it at once. */
  readonly watch: { look(): Promise<void> };
  readonly holdMs: number;
  readonly log: Log;
}

/** Held writes wait for it. */
const tellWithinMs = 300;

/**
 * Takes a switch back that is not done. First the row comes to a new epoch, on which the switch cannot be ended any more, by whomever; then the
 * service is told its former owner under an epoch above any that the switch could use; then writes go on as before. Rejects with
 * StranglerError `route-changed` when somebody else has ended or undone it, `owner-unreachable` when the service has to be told and is away.
 */
export async function undo(
  { store, api, watch, holdMs, log }: UndoOptions,
  route: WriteRoute,
  state: RouteState,
  audit: Audit,
): Promise<RouteState> {
  const owner = state.stage === 'monolith' ? 'monolith' : 'service';
  const toStage = state.toStage ?? state.stage;
  // While the service is away another epoch would help nobody.
  if (state.phase === 'undoing' && owner === 'service') await api.owned(route).catch(unreachable);
  const undoing = await store.change(state, state, audit, { phase: 'undoing', toStage, holdMs });
  const epoch = undoing.epoch + 1;
  const told = api.setOwner(route, owner, epoch, tellWithinMs);
  if (owner === 'service') await told.catch(unreachable);
  // Nobody ever had the epoch under which it would take writes, as the switch was not ended: it may be told later.
  else
    await told.catch((error) =>
      log({ message: 'the service is told its owner later', route: route.name, reason: error.message }),
    );
  const made = await store.change(undoing, undoing, audit, owner === 'service' ? { ownerEpoch: epoch } : {});
  log({ message: 'a switch was undone', route: route.name, epoch: made.epoch, who: audit.who, reason: audit.reason });
  await watch.look();
  return made;
}

function unreachable(error: Error): never {
  throw new StranglerError('owner-unreachable', `writes are held until it can be told that it owns: ${error.message}`, {
    remedy: 'see that the service answers; then it is told by whichever replica comes first',
    cause: error,
  });
}
