import type { WriteRoute } from '../route/declaration.ts';
import type { Finding } from '../state/finding.ts';
import { rulesOf } from '../state/gate-rules.ts';
import { nextWriteStage } from '../state/machine.ts';
import type { RouteState, Stage } from '../state/route-state.ts';
import type { RouteStore } from '../state/route-store.ts';
import type { Standing } from '../state/standing.ts';
import type { Owner } from '../write/owner-api.ts';
import { forwardGate, retireGate } from '../write/owner-gate.ts';
import type { Heard } from '../write/owner-watch.ts';
import type { WriteFacts } from '../write/write-counts.ts';

/** What is known here of routes for writes. */
export interface WritePorts {
  readonly owners: { of(route: string): Heard };
  readonly writes: { facts(route: string): WriteFacts };
}

/** Who owns what a route writes, as the service says, and what this replica has seen of its writes. */
export interface SeenWrite {
  /** Null while the service does not answer; `silence` says why. */
  readonly owner: Owner | null;
  readonly epoch: number | null;
  readonly waiting: number | null;
  readonly conflicts: number | null;
  readonly rogue: number | null;
  readonly different: number | null;
  readonly carrier: { readonly working: boolean; readonly reason: string | null } | null;
  readonly silence: string | null;
  /** How long new writes were held by the last switch that was made; null when there was none, or it is not known. */
  readonly lastHoldMs: number | null;
  /** Of this replica. */
  readonly holds: number;
  readonly held: number;
  readonly longestHoldMs: number;
  readonly refused: Readonly<Record<string, number>>;
}

export async function seenWrite(
  { name }: WriteRoute,
  { owners, writes }: WritePorts,
  store: Pick<RouteStore, 'changes'>,
): Promise<SeenWrite> {
  const { owned, silence } = owners.of(name);
  const { holds, held, longestHoldMs, refused } = writes.facts(name);
  const changes = await store.changes(name, 50).catch(() => []);
  return {
    owner: owned?.owner ?? null,
    epoch: owned?.epoch ?? null,
    waiting: owned?.waiting ?? null,
    conflicts: owned?.conflicts ?? null,
    rogue: owned?.rogue ?? null,
    different: owned?.different ?? null,
    carrier: owned?.carrier ?? null,
    silence,
    lastHoldMs: changes.find(({ write }) => write && write.holdMs !== null)?.write?.holdMs ?? null,
    ...{ holds, held, longestHoldMs: Math.round(longestHoldMs), refused: Object.fromEntries(refused) },
  };
}

/** The stage after this one and what stands against it; findings are null while the service says nothing. */
export function writeNext(
  { name, gate }: WriteRoute,
  state: RouteState,
  standing: Standing,
  { owners }: WritePorts,
): { readonly stage: Stage; readonly findings: readonly Finding[] | null } | null {
  const stage = nextWriteStage(state.stage);
  const { owned } = owners.of(name);
  if (stage === null) return null;
  if (owned === null) return { stage, findings: null };
  const rules = rulesOf(gate);
  const findings =
    stage === 'retired' ? retireGate(rules, standing, owned) : forwardGate(rules, standing, owned, state);
  return { stage, findings };
}
