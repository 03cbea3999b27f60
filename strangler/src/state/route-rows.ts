import { errnoOf, type Session } from '@banyan/kit';
import { dateOf } from './database-time.ts';
import type { Phase, RouteState, Stage } from './route-state.ts';

/** No such table, and tables of somebody else or of an older version: https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const notOurs = new Set([1146, 1054]);
const columns =
  'name, stage, percent, epoch, since_epoch, phase, to_stage, hold_until, owner_epoch, changed_at, changed_by, reason';

interface Row {
  readonly name: string;
  readonly stage: Stage;
  readonly percent: string;
  readonly epoch: string;
  readonly since_epoch: string;
  readonly phase: Phase;
  readonly to_stage: Stage | null;
  readonly hold_until: string | null;
  readonly owner_epoch: string;
  readonly changed_at: string;
  readonly changed_by: string;
  readonly reason: string;
}

/** All that are there, by name; none where they are not ours. */
export async function statesIn(session: Session): Promise<Map<string, RouteState>> {
  const rows = await session.rows<Row>(`SELECT ${columns} FROM banyan_route`).catch((error) => {
    if (notOurs.has(errnoOf(error) ?? 0)) return [];
    throw error;
  });
  return new Map(rows.map((row) => [row.name, stateOf(row)]));
}

const stateOf = (row: Row): RouteState => ({
  route: row.name,
  stage: row.stage,
  percent: Number(row.percent),
  epoch: Number(row.epoch),
  sinceEpoch: Number(row.since_epoch),
  phase: row.phase,
  toStage: row.to_stage,
  holdUntil: row.hold_until === null ? null : dateOf(row.hold_until),
  ownerEpoch: Number(row.owner_epoch),
  changedAt: dateOf(row.changed_at),
  changedBy: row.changed_by,
  reason: row.reason,
});
