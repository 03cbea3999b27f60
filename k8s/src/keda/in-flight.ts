/**
 * Requests that a service's query API has in flight, on the average of a minute and over all its pods: the seconds that were spent on
 * requests in each second (Little's law). A stream of changes is one request of hours, and counts for none. The labels are those of the
 * component `monitoring`.
 */
export function inFlight(service: string): string {
  const of = `app_kubernetes_io_name="${service}",app_kubernetes_io_component="serve"`;
  return `sum(rate(http_server_request_duration_seconds_sum{${of},http_route!~".*/changes"}[1m]))`;
}

/** Of one pod, above which another one is started: its one thread is busy most of the time then. */
export const inFlightOfAPod = 5;
