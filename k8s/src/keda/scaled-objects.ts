import { type KubeObject, labelsOf } from '../strimzi/objects.ts';
import { inFlight, inFlightOfAPod } from './in-flight.ts';

/** Prometheus as its operator calls it; an overlay sets another address. */
const serverAddress = 'http://prometheus-operated.monitoring:9090';

/**
 * Scales a query API on requests in flight, and on CPU as the HorizontalPodAutoscaler does that it stands for: whichever asks for more
 * pods. Source: KEDA 2.21, "ScaledObject specification", "Prometheus".
 */
export const scaledObject = (service: string): KubeObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: `${service}-serve`, labels: labelsOf({ of: service, component: 'serve' }) },
  spec: {
    scaleTargetRef: { name: `${service}-serve` },
    minReplicaCount: 2,
    maxReplicaCount: 6,
    // Without Prometheus nothing is scaled in.
    fallback: { failureThreshold: 3, replicas: 2, behavior: 'currentReplicasIfHigher' },
    triggers: [
      {
        type: 'prometheus',
        metricType: 'AverageValue',
        metadata: {
          serverAddress,
          query: inFlight(service),
          threshold: String(inFlightOfAPod),
          // Nothing found is a fault, as each pod is asked whether it lives: not "no load".
          ignoreNullValues: 'false',
        },
      },
      { type: 'cpu', metricType: 'AverageValue', metadata: { value: '300m' } },
    ],
  },
});
