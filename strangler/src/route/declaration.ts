import type { IncomingHttpHeaders } from 'node:http';
import type { Tolerances } from '../shadow/tolerances.ts';
import type { GateChoice } from '../state/gate-rules.ts';

/** A request that a route is about. */
export interface RouteRequest {
  /** By the names in the path, decoded; each as its pattern wants it. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What a client is answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a query API answered: a row's or a list's `data`, or a problem. */
export interface ServiceAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document of another program; what a route makes of it is compared with the monolith's answer.
  readonly body: any;
}

/**
 * Asks a query API of a service for a path with its query. Rejects when it cannot answer in a way that counts: away, slow, stale,
 * filling, parked, 5xx; the monolith then answers instead. 200 and 404 are answers.
 */
export type Ask = (service: string, path: string) => Promise<ServiceAnswer>;

/** A read that can move from the monolith to services. */
export interface ReadRoute {
  /** As in `banyan route NAME …`: lower case, digits and dashes. */
  readonly name: string;
  readonly method: 'GET';
  /** With parameters in braces, each a whole segment: `/accounts/{id}`. */
  readonly path: string;
  /** What the parameters look like, whole; a request whose do not is not this route's, and the monolith's to answer. */
  readonly params?: Readonly<Record<string, RegExp>>;
  /** Query parameters that `answer` understands; a request with others is the monolith's to answer. Default: none. */
  readonly query?: readonly string[];
  /** Services that `answer` asks: the gate looks at their freshness and their proofs. */
  readonly services: readonly string[];
  /** Whose request it is, so that a canary is the same for all of one customer's; null: by the client's address. */
  readonly customer?: (request: RouteRequest) => string | null;
  /** The monolith's answer, made of those of services; null when this request is better answered by the monolith. */
  readonly answer: (request: RouteRequest, ask: Ask) => Promise<Answer | null>;
  readonly tolerances?: Tolerances;
  readonly gate?: GateChoice;
}
