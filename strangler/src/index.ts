export type { Answer, Ask, ReadRoute, RouteRequest, ServiceAnswer } from './route/declaration.ts';
export { runFacade } from './run-facade.ts';
export type { Tolerances } from './shadow/tolerances.ts';
export type { GateChoice, GateRules, GuardRules } from './state/gate-rules.ts';
export { type RouteState, type Stage, stages } from './state/route-state.ts';
