import { facadePanels } from './facade-panels.ts';

/** A graph: expressions of Prometheus, each with what its lines are called. */
export interface Panel {
  readonly title: string;
  readonly unit: 's' | 'short' | 'ops' | 'reqps' | 'bytes' | 'ms';
  readonly queries: Readonly<Record<string, string>>;
}

const rate = (metric: string): string =>
  `sum by (projection) (rate(${metric}{namespace="$namespace"}[$__rate_interval]))`;
const requests = 'http_server_request_duration_seconds';
const here = '{namespace="$namespace"}';

/** The legend of each line, to its expression. */
export const panels: readonly Panel[] = [
  {
    title: 'Age of what is answered',
    unit: 's',
    queries: { '{{projection}}': `max by (projection) (banyan_position_age_seconds${here})` },
  },
  {
    title: 'What projectors do',
    unit: 'short',
    queries: { '{{projection}} {{state}}': `sum by (projection, state) (banyan_projector_state${here}) > 0` },
  },
  {
    title: 'Why projectors wait or have stopped',
    unit: 'short',
    queries: {
      '{{projection}} {{state}}: {{code}}': `sum by (projection, state, code) (banyan_projector_reason_info${here})`,
    },
  },
  {
    title: 'Messages still to be applied',
    unit: 'short',
    queries: { '{{projection}}': `sum by (projection) (banyan_projector_lag_messages${here})` },
  },
  { title: 'Rows applied', unit: 'ops', queries: { '{{projection}}': rate('banyan_projector_rows_applied_total') } },
  {
    title: 'Transactions applied',
    unit: 'ops',
    queries: { '{{projection}}': rate('banyan_projector_transactions_applied_total') },
  },
  { title: 'Commits', unit: 'ops', queries: { '{{projection}}': rate('banyan_projector_commits_total') } },
  {
    title: 'Requests',
    unit: 'reqps',
    queries: {
      '{{http_response_status_code}}': `sum by (http_response_status_code) (rate(${requests}_count${here}[$__rate_interval]))`,
    },
  },
  {
    title: 'Slowest of a hundred requests',
    unit: 's',
    queries: {
      '{{http_route}}': `histogram_quantile(0.99, sum by (le, http_route) (rate(${requests}_bucket${here}[$__rate_interval])))`,
    },
  },
  {
    title: 'Who waits and who follows',
    unit: 'short',
    queries: {
      '{{projection}} waits for a position': `sum by (projection) (banyan_position_waits${here})`,
      '{{projection}} follows changes': `sum by (projection) (banyan_change_streams${here})`,
    },
  },
  {
    title: 'Rows that are not as the source has them',
    unit: 'short',
    queries: { '{{projection}}': `max by (projection) (banyan_proof_differences${here})` },
  },
  {
    title: 'Age of the proof',
    unit: 's',
    queries: { '{{projection}}': `max by (projection) (banyan_proof_age_seconds${here})` },
  },
  {
    title: 'Parked keys',
    unit: 'short',
    queries: { '{{projection}}': `max by (projection) (banyan_projector_parked_keys${here})` },
  },
  {
    title: 'Tasks of the connector',
    unit: 'short',
    queries: {
      '{{connector}} run': `sum by (connector) (kafka_connect_worker_connector_running_task_count${here})`,
      '{{connector}} have failed': `sum by (connector) (kafka_connect_worker_connector_failed_task_count${here})`,
    },
  },
  {
    title: 'Until the source forgets what is not captured',
    unit: 's',
    queries: { 'at least': `max(banyan_source_binlog_left_seconds${here}) < Inf` },
  },
  {
    title: 'Capture behind the source',
    unit: 'ms',
    queries: { '{{connector}}': `max by (connector) (debezium_mariadb_streaming_millisecondsbehindsource${here})` },
  },
  {
    title: 'Memory',
    unit: 'bytes',
    queries: { '{{pod}}': `process_resident_memory_bytes${here}` },
  },
  { title: 'Event loop late', unit: 's', queries: { '{{pod}}': `nodejs_eventloop_lag_p99_seconds${here}` } },
  ...facadePanels,
];

const [width, height, perRow] = [12, 8, 2];
const source = { type: 'prometheus', uid: '$source' };

/** Grafana's JSON of it (schema 39, Grafana 10.4 and later). */
export function dashboard(): object {
  return {
    uid: 'banyan',
    title: 'Banyan',
    tags: ['banyan'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'source', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
        {
          name: 'namespace',
          type: 'query',
          datasource: source,
          query: { query: 'label_values(banyan_read_model_up, namespace)', refId: 'namespaces' },
          refresh: 2,
        },
      ],
    },
    panels: panels.map(({ title, unit, queries }, index) => ({
      id: index + 1,
      title,
      type: 'timeseries',
      datasource: source,
      gridPos: {
        x: (index % perRow) * width,
        y: Math.floor(index / perRow) * height,
        w: width,
        h: height,
      },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + query),
        datasource: source,
        expr,
        legendFormat,
      })),
    })),
  };
}
