import { type KubeObject, labelsOf } from '../strimzi/objects.ts';
import { component, type Files, objectsFile } from '../yaml-files.ts';
import { ruleGroups } from './alerts.ts';
import { dashboard } from './dashboard.ts';

const labels = labelsOf({ of: 'monitoring', component: 'monitoring' });

/** The component's files, by path below `k8s/components/monitoring`; the base lets the namespace `monitoring` in. */
export function monitoringFiles(): Files {
  const resources = {
    'pod-monitors.yaml': podMonitors(),
    'rules.yaml': [rules()],
    'dashboard.yaml': [dashboardMap()],
  };
  return new Map([
    ...Object.entries(resources).map(([path, objects]) => [path, objectsFile(objects)] as const),
    ['kustomization.yaml', component({ resources: Object.keys(resources) })],
  ]);
}

function podMonitors(): KubeObject[] {
  const ours = {
    matchLabels: { 'app.kubernetes.io/part-of': 'banyan' },
    matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['serve', 'project'] }],
  };
  return [
    podMonitor('services', ours, 'http'),
    podMonitor('facade', { matchLabels: labelsOf({ of: 'facade', component: 'facade' }) }, 'admin'),
    // The name of the port that Strimzi gives its exporter.
    podMonitor('connect', { matchLabels: { 'strimzi.io/kind': 'KafkaConnect' } }, 'tcp-prometheus'),
  ];
}

function podMonitor(name: string, selector: object, port: string): KubeObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name, labels },
    spec: {
      selector,
      podTargetLabels: ['app.kubernetes.io/name', 'app.kubernetes.io/component'],
      podMetricsEndpoints: [{ port, path: '/metrics', interval: '15s' }],
    },
  };
}

function rules(): KubeObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'banyan', labels },
    spec: { ...ruleGroups() },
  };
}

/** Grafana's sidecar looks for the label. */
function dashboardMap(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'banyan-dashboard', labels: { ...labels, grafana_dashboard: '1' } },
    data: { 'banyan.json': `${JSON.stringify(dashboard(), null, 2)}\n` },
  };
}
