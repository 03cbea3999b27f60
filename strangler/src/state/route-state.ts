/** The stages of a route, in the order in which it moves. */
export const stages = ['monolith', 'shadow', 'canary', 'service', 'retired'] as const;
export type Stage = (typeof stages)[number];

/** Where a route stands; `percent` of the requests are compared in `shadow`, and answered by the service in `canary`; else it is 100. */
export interface RouteState {
  readonly route: string;
  readonly stage: Stage;
  /** 0.01 to 100, with two digits after the point. */
  readonly percent: number;
  /** One more with each change; a change names the one it was made on. */
  readonly epoch: number;
  readonly changedAt: Date;
  readonly changedBy: string;
  readonly reason: string;
}
