import type { Alert } from './alerts.ts';

const answers = 'banyan_route_answers_total';
const of = 'by (namespace, route)';
/** Only one that has never read the states says nothing of their age. */
const replicas = 'max by (namespace, pod) (banyan_route_epoch)';

/** On the facade's own metrics. The monolith goes on answering meanwhile, unless a route is retired. */
export const facadeAlerts: readonly Alert[] = [
  {
    name: 'BanyanRouteSentBack',
    severity: 'warning',
    // It stays for an hour, for whoever was not looking.
    expr: `sum ${of} (increase(banyan_route_reverts_total[1h])) > 0`,
    summary: 'the gate has sent the route {{ $labels.route }} back to shadow: the monolith answers it again',
  },
  {
    name: 'BanyanRouteStatesUnknown',
    severity: 'critical',
    // They are read four times a second.
    expr: `max by (namespace, pod) (banyan_route_state_age_seconds) > 10 or (${replicas} unless on (namespace, pod) banyan_route_state_age_seconds)`,
    for: '1m',
    summary: '{{ $labels.pod }} cannot read where the routes stand: it goes on as they stood, and follows no switch',
  },
  {
    name: 'BanyanServicesFail',
    severity: 'warning',
    // More than 5 % within 10 s send the route back.
    expr: `sum ${of} (rate(${answers}{by="monolith"}[5m])) / sum ${of} (rate(${answers}[5m])) > 0.01`,
    for: '5m',
    summary:
      'of what services were to answer of {{ $labels.route }}, they could not answer {{ $value | humanizePercentage }}',
  },
];
