import { facadeAlerts } from './facade-alerts.ts';
import { ownedAlerts } from './owned-alerts.ts';

/** A rule of Prometheus, and the section of the page that says what to do. */
export interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  /** How long it must hold; none: at once. */
  readonly for?: string;
  readonly summary: string;
}

export const page = 'docs/reference/alerts.md';

/** Of one read model, whichever of its pods tells it. */
const by = 'by (namespace, projection)';
/** Of the projector that works: one that has lost its lease still shows what it knew. */
const working = 'and on (namespace, pod, projection) (banyan_projector_state{state=~"streaming|filling"} == 1)';
const lag = `sum ${by} (banyan_projector_lag_messages ${working})`;

export const alerts: readonly Alert[] = [
  {
    name: 'BanyanNotFresh',
    severity: 'critical',
    // As long as its /ready: a quiet source gives a sign of life every 2 s.
    expr: `max ${by} (banyan_position_age_seconds) > 120`,
    for: '1m',
    summary: '{{ $labels.projection }} answers with what was true {{ $value | humanizeDuration }} ago',
  },
  {
    name: 'BanyanNoReadModel',
    severity: 'critical',
    expr: `max ${by} (banyan_read_model_up) == 0`,
    for: '1m',
    summary: 'no pod of {{ $labels.projection }} can read its database',
  },
  {
    name: 'BanyanProjectorStopped',
    severity: 'critical',
    // A standby does not see that the other one has stopped.
    expr: 'max by (namespace, projection, code) (banyan_projector_reason_info{state="stopped"}) == 1',
    for: '1m',
    summary:
      'a projector of {{ $labels.projection }} has stopped with {{ $labels.code }}, and waits for somebody to say how it goes on',
  },
  {
    name: 'BanyanNobodyProjects',
    severity: 'critical',
    expr: `sum ${by} (banyan_projector_state{state=~"streaming|filling"}) == 0`,
    for: '2m',
    summary: 'no projector of {{ $labels.projection }} works: all wait or stand by',
  },
  {
    name: 'BanyanStandbyMissing',
    severity: 'warning',
    expr: `sum ${by} (banyan_projector_state{state="standby"}) == 0`,
    for: '10m',
    summary: 'nobody would take over from the projector of {{ $labels.projection }}',
  },
  {
    name: 'BanyanLagGrowing',
    severity: 'warning',
    // Some seconds' work of a projector; below, a burst of the source is enough.
    expr: `(${lag}) > 10000 and deriv((${lag})[15m:1m]) > 0`,
    for: '10m',
    summary: '{{ $labels.projection }} is {{ $value | humanize }} messages behind, and falls further behind',
  },
  {
    name: 'BanyanParkedKeys',
    severity: 'warning',
    expr: `max ${by} (banyan_projector_parked_keys ${working}) > 0`,
    summary: '{{ $value }} keys of {{ $labels.projection }} are parked: who reads them gets 409',
  },
  {
    name: 'BanyanProofDifferent',
    severity: 'critical',
    expr: `max ${by} (banyan_proof_differences) > 0`,
    summary: '{{ $value }} rows of {{ $labels.projection }} are not as the source has them',
  },
  {
    name: 'BanyanProofStale',
    severity: 'warning',
    // Once a day, and what a run may take.
    expr: `max ${by} (banyan_proof_age_seconds) > 26 * 3600`,
    summary: '{{ $labels.projection }} was last proved whole {{ $value | humanizeDuration }} ago',
  },
  {
    name: 'BanyanNeverProved',
    severity: 'warning',
    expr: `max ${by} (banyan_read_model_up) == 1 unless on (namespace, projection) max ${by} (banyan_proof_equal)`,
    for: '26h',
    summary: '{{ $labels.projection }} was never compared with its source to the end',
  },
  {
    name: 'BanyanConnectorTaskFailed',
    severity: 'critical',
    expr: 'max by (namespace, connector) (kafka_connect_worker_connector_failed_task_count) > 0',
    for: '1m',
    summary: 'a task of the connector {{ $labels.connector }} has failed: nothing is captured',
  },
  {
    name: 'BanyanConnectorNotCapturing',
    severity: 'critical',
    // It restarts by itself between its failures; then no task has failed for a while, and none runs for long.
    expr: 'avg_over_time((sum by (namespace, connector) (kafka_connect_worker_connector_running_task_count))[15m:30s]) < 0.5',
    for: '5m',
    summary: 'the connector {{ $labels.connector }} has had no running task for most of a quarter of an hour',
  },
  {
    name: 'BanyanBinlogRunsOut',
    severity: 'critical',
    // Each projector tells the least that it may be; one connector captures for all of them.
    expr: 'max by (namespace) (banyan_source_binlog_left_seconds) < 6 * 3600',
    for: '5m',
    summary: 'the source has what is not captured yet for {{ $value | humanizeDuration }} more, and then forgets it',
  },
  ...ownedAlerts,
  ...facadeAlerts,
];

/** The section's name, as the page's headings make it. */
export const runbook = ({ name }: Pick<Alert, 'name'>): string => `${page}#${name.toLowerCase()}`;

/** As Prometheus itself reads them. */
export function ruleGroups(): { readonly groups: readonly object[] } {
  const rules = alerts.map((alert) => ({
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for && { for: alert.for }),
    labels: { severity: alert.severity },
    annotations: { summary: alert.summary, runbook: runbook(alert) },
  }));
  return { groups: [{ name: 'banyan', rules }] };
}
