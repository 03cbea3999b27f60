import type { Panel } from './dashboard.ts';

const here = '{namespace="$namespace"}';
const perSecond = (metric: string, by: string): string =>
  `sum by (route, ${by}) (rate(${metric}${here}[$__rate_interval])) > 0`;

/** How the routes move, by the facade's own metrics. */
export const facadePanels: readonly Panel[] = [
  {
    title: 'Where routes stand, and on how many replicas',
    unit: 'short',
    queries: { '{{route}} {{stage}}': `sum by (route, stage) (banyan_route_stage${here}) > 0` },
  },
  {
    title: 'Who answers what services were to answer',
    unit: 'reqps',
    queries: { '{{route}} by {{by}}': perSecond('banyan_route_answers_total', 'by') },
  },
  {
    title: 'What comparisons came to',
    unit: 'ops',
    queries: { '{{route}} {{outcome}}': perSecond('banyan_route_comparisons_total', 'outcome') },
  },
  {
    title: 'Routes sent back by their gates, within an hour',
    unit: 'short',
    queries: { '{{route}}': `sum by (route) (increase(banyan_route_reverts_total${here}[1h]))` },
  },
  {
    title: 'Age of what replicas know of the routes',
    unit: 's',
    queries: { '{{pod}}': `max by (pod) (banyan_route_state_age_seconds${here})` },
  },
  {
    title: 'Age of the services that routes ask',
    unit: 's',
    queries: { '{{route}} asks {{service}}': `max by (route, service) (banyan_route_service_age_seconds${here})` },
  },
];
