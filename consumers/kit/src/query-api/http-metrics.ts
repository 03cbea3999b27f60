import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type { Registry };

/** A registry of its own for each server, with the process's metrics in it. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * OpenTelemetry's `http.server.request.duration` under its Prometheus name
 * (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/), with finer buckets below 5 ms. Requests without a route have
 * an empty one, so that made-up paths do not become time series.
 */
export function requestDurations(registry: Registry) {
  const histogram = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    registers: [registry],
  });
  const known = new Map<string, Histogram.Internal<string>>();
  return (method: string, route: string | undefined, status: number, elapsedMs: number): void => {
    const isKnown = knownMethods.has(method);
    const series = `${isKnown ? method : ''} ${status} ${route ?? ''}`;
    let child = known.get(series);
    if (!child) {
      child = histogram.labels({
        http_request_method: isKnown ? method : '_OTHER',
        http_route: route ?? '',
        http_response_status_code: String(status),
      });
      known.set(series, child);
    }
    child.observe(elapsedMs / 1000);
  };
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']);

/** A gauge that is 1 for the state it is in and 0 for the others, with the projection as a label. */
export function stateGauge(registry: Registry, name: string, help: string, projection: string) {
  const gauge = new Gauge({ name, help, labelNames: ['projection', 'state'], registers: [registry] });
  return (current: string | null): void => {
    gauge.reset();
    if (current === null) return;
    for (const state of new Set([...projectorStates, current])) {
      gauge.set({ projection, state }, state === current ? 1 : 0);
    }
  };
}

const projectorStates = ['starting', 'standby', 'filling', 'streaming', 'waiting', 'stopped'];

/** A gauge that is absent, rather than stale or zero, while its value is not known. */
export function optionalGauge(registry: Registry, name: string, help: string, projection: string) {
  const gauge = new Gauge({ name, help, labelNames: ['projection'], registers: [registry] });
  return (value: number | null): void => {
    gauge.reset();
    if (value !== null) gauge.set({ projection }, value);
  };
}
