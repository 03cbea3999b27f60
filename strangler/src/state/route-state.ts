/** The stages of a route, in the order in which it moves. */
export const stages = ['monolith', 'shadow', 'canary', 'service', 'retired'] as const;
export type Stage = (typeof stages)[number];

/** `settled`, or between two stages of a write route: new writes are held. `undoing`: it goes back to the stage that it came from. */
export const phases = ['settled', 'holding', 'undoing'] as const;
export type Phase = (typeof phases)[number];

/** Where a route stands; `percent` of the requests are compared in `shadow`, and answered by the service in `canary`; else it is 100. */
export interface RouteState {
  readonly route: string;
  readonly stage: Stage;
  /** 0.01 to 100, with two digits after the point. */
  readonly percent: number;
  /** One more with each change; a change names the one it was made on. */
  readonly epoch: number;
  /** The epoch at which it last came into shadow from another stage: what has been counted from there on is evidence. */
  readonly sinceEpoch: number;
  /** Of a write route; a read route is always settled. */
  readonly phase: Phase;
  /** Where a write route was to go that is not settled; null otherwise. */
  readonly toStage: Stage | null;
  /** By the clock of the database: when a switch that is not done is undone by whoever sees it; null when it is settled. */
  readonly holdUntil: Date | null;
  /** The epoch under which the service came to own what a write route writes; 0 before. It goes with each write to the service. */
  readonly ownerEpoch: number;
  readonly changedAt: Date;
  readonly changedBy: string;
  readonly reason: string;
}

/** Where a route is put. */
export type Place = Pick<RouteState, 'stage' | 'percent'>;

/** What else a change of a write route says; unsaid it is settled, and its owner's epoch stays. */
export interface Movement {
  readonly phase?: Phase;
  readonly toStage?: Stage;
  /** From now on, by the clock of the database. */
  readonly holdMs?: number;
  readonly ownerEpoch?: number;
}

/** `canary 25 %`, `service`. */
export const placeText = ({ stage, percent }: Place): string => (isShared(stage) ? `${stage} ${percent} %` : stage);

/** Stages in which only a share of the requests is meant. */
export const isShared = (stage: Stage): boolean => stage === 'shadow' || stage === 'canary';

/** A route of which nothing is known is the monolith's. */
export const unknownState = (route: string): RouteState => ({
  route,
  stage: 'monolith',
  percent: 100,
  epoch: 0,
  sinceEpoch: 0,
  phase: 'settled',
  toStage: null,
  holdUntil: null,
  ownerEpoch: 0,
  changedAt: new Date(0),
  changedBy: 'facade',
  reason: 'its state is not known yet',
});
