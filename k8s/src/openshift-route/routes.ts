import { type KubeObject, labelsOf } from '../strimzi/objects.ts';

/** A Route for each query API, over TLS that ends at the router; the router chooses the host where the overlay names none. */
export const routes = (services: readonly string[]): KubeObject[] =>
  services.map((name) => route(name, 'serve', `${name}-api`));

/** And one for the facade: it is the monolith to whoever was its client. */
export const facadeRoute = (): KubeObject => route('facade', 'facade', 'facade');

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
