export { DevIssuer, type DevIssuerOptions } from './dev-issuer.ts';
export { createRegistry, type Registry } from './http-metrics.ts';
export {
  createHttpServer,
  drain,
  type HttpServerOptions,
  type ListenOptions,
  listen,
  type Server,
} from './http-server.ts';
export { type Problem, problem, sendProblem } from './problem.ts';
export { createQueryApi, type QueryApiOptions } from './query-api.ts';
export type { Log } from './read-pool.ts';
export { Refused } from './refused.ts';
export { createStatusServer, type StatusServerOptions } from './status-server.ts';
export { type Caller, signatureAlgorithms, type TokenRules, tokenCheck } from './tokens.ts';
