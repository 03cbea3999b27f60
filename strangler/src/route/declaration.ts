import type { IncomingHttpHeaders } from 'node:http';
import type { Tolerances } from '../shadow/tolerances.ts';
import type { GateChoice } from '../state/gate-rules.ts';
import type { AnswerFields } from './answer-fields.ts';

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
  /** What a browser has to know of a page, such as its Content-Security-Policy; compared like the body. Default: none. */
  readonly fields?: AnswerFields;
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

/** A write as its route's code sees it. */
export interface WriteRequest extends RouteRequest {
  /** The JSON document that was sent; undefined when there is none, and `noBody` says why. */
  readonly body: unknown;
  /** `other-type`: it is not application/json in UTF-8. `too-large`: above 64 KiB. Null: `body` is what was sent. */
  readonly noBody: 'empty' | 'other-type' | 'no-json' | 'too-large' | null;
}

/**
 * Has the owning service set columns of the row with this key; once a request. 200, 400, 404 (`key-not-found`), 409 (`in-conflict`) and 422
 * are answers. Rejects with whatever makes that the client is asked to try again.
 */
export type Patch = (key: string, values: Readonly<Record<string, unknown>>) => Promise<ServiceAnswer>;

/** A write that can move from the monolith to a service: it sets columns of rows that exist. */
export interface WriteRoute {
  readonly name: string;
  readonly method: 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  readonly path: string;
  /** What the parameters look like, whole. A request whose do not is like this route's, and refused once the service owns. */
  readonly params?: Readonly<Record<string, RegExp>>;
  /** The service that comes to own what is written, the table of its read model, and where its query API has it: default `/table`. */
  readonly owner: { readonly service: string; readonly table: string; readonly path?: string };
  /** The monolith's answer, made of the service's; also its refusals, before anything is written. */
  readonly write: (request: WriteRequest, patch: Patch) => Promise<Answer>;
  readonly gate?: Pick<GateChoice, 'freshWithinMs' | 'provedWithinMs'>;
}

export type Route = ReadRoute | WriteRoute;

export const isWrite = (route: Route): route is WriteRoute => 'owner' in route;

/** Services that a route asks. */
export const servicesOf = (route: Route): readonly string[] =>
  isWrite(route) ? [route.owner.service] : route.services;

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
