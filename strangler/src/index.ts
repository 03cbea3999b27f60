export type { ChangeJson, DifferenceJson, StateJson } from './admin/json.ts';
export type { P99, SeenRoute, SeenRoutes } from './admin/seen-routes.ts';
export type { SeenWrite } from './admin/seen-write.ts';
export { facadeConfig, variables as facadeVariables } from './config.ts';
export type {
  Answer,
  Ask,
  Patch,
  ReadRoute,
  Route,
  RouteRequest,
  ServiceAnswer,
  WriteRequest,
  WriteRoute,
} from './route/declaration.ts';
export { runFacade } from './run-facade.ts';
export type { Tolerances } from './shadow/tolerances.ts';
export type { Finding } from './state/finding.ts';
export type { GateChoice, GateRules, GuardRules } from './state/gate-rules.ts';
export { type Place, type RouteState, type Stage, stages } from './state/route-state.ts';
export type { Standing } from './state/standing.ts';
