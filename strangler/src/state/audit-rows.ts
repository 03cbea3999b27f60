import type { Audit, Change, WriteEvidence } from './change.ts';
import { dateOf } from './database-time.ts';
import type { Finding } from './finding.ts';
import type { Evidence } from './gate.ts';
import type { Place, RouteState, Stage } from './route-state.ts';

/** A row of `banyan_route_change`. */
export interface ChangeRow {
  readonly route: string;
  readonly epoch: string;
  readonly mark: string;
  readonly changed_at: string;
  readonly changed_by: string;
  readonly from_stage: Stage;
  readonly from_percent: string;
  readonly to_stage: Stage;
  readonly to_percent: string;
  readonly reason: string;
  readonly forced: number;
  readonly evidence: string;
}

interface Known {
  readonly findings: readonly Finding[];
  readonly evidence: Evidence | null;
  readonly write?: WriteEvidence;
}

export function auditRow(from: RouteState, to: Place, audit: Audit, mark: string): Omit<ChangeRow, 'changed_at'> {
  const { findings, evidence, write } = audit;
  const known: Known = { findings, evidence, ...(write && { write }) };
  return {
    route: from.route,
    epoch: String(from.epoch + 1),
    mark,
    changed_by: audit.who.slice(0, 200),
    from_stage: from.stage,
    from_percent: String(from.percent),
    to_stage: to.stage,
    to_percent: String(to.percent),
    reason: audit.reason,
    forced: Number(audit.forced),
    evidence: JSON.stringify(known),
  };
}

export function changeOf(row: ChangeRow): Change {
  const { findings, evidence, write } = JSON.parse(row.evidence) as Known;
  return {
    route: row.route,
    epoch: Number(row.epoch),
    at: dateOf(row.changed_at),
    who: row.changed_by,
    from: { stage: row.from_stage, percent: Number(row.from_percent) },
    to: { stage: row.to_stage, percent: Number(row.to_percent) },
    reason: row.reason,
    forced: Number(row.forced) === 1,
    findings,
    evidence,
    ...(write && { write }),
  };
}
