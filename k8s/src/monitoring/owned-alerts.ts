import type { Alert } from './alerts.ts';

const of = 'by (namespace, projection, table)';

/** On the metrics of services that own columns of the monolith's tables; they are there only while they do. */
export const ownedAlerts: readonly Alert[] = [
  {
    name: 'BanyanRogueWrite',
    severity: 'critical',
    expr: `max ${of} (banyan_owned_rogue) > 0 or max ${of} (banyan_owned_conflicts) > 0`,
    summary:
      'somebody else writes columns of {{ $labels.table }} in the monolith that {{ $labels.projection }} owns: {{ $value }} rows want a decision',
  },
  {
    name: 'BanyanWriteBackStuck',
    severity: 'critical',
    expr: `max ${of} (banyan_owned_carrier_up) == 0 or min_over_time((max ${of} (banyan_owned_waiting))[2m:15s]) > 0`,
    for: '1m',
    summary: 'what {{ $labels.projection }} writes to {{ $labels.table }} does not reach the monolith',
  },
  {
    name: 'BanyanOwnedRowsDiffer',
    severity: 'critical',
    expr: `max ${of} (banyan_owned_different) > 0 unless on (namespace, projection, table) (banyan_owned_rogue > 0 or banyan_owned_conflicts > 0)`,
    for: '1m',
    summary:
      '{{ $value }} rows of {{ $labels.table }} are not in the monolith as {{ $labels.projection }} has them, with nothing on the way',
  },
];
