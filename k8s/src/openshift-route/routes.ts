import { type KubeObject, labelsOf } from '../strimzi/objects.ts';

/** A Route for each query API, over TLS that ends at the router; the router chooses the host where the overlay names none. */
export const routes = (services: readonly string[]): KubeObject[] =>
  services.map((name) => route(name, 'serve', `${name}-api`));

/** And one for the monolith, where it is in the cluster. */
export const bankRoute = (): KubeObject => route('bank', 'monolith', 'bank');

function route(name: string, component: string, service: string): KubeObject {
  return {
    apiVersion: 'route.openshift.io/v1',
    kind: 'Route',
    metadata: {
      name,
      labels: labelsOf({ of: name, component }),
    },
    spec: {
      to: { kind: 'Service', name: service, weight: 100 },
      port: { targetPort: 'http' },
      tls: { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' },
    },
  };
}
