export { DevIssuer, type DevIssuerOptions } from './dev-issuer.ts';
export type { ListenOptions, Server } from './http-server.ts';
export { createQueryApi, type QueryApiOptions } from './query-api.ts';
export { createStatusServer, type StatusServerOptions } from './status-server.ts';
export { signatureAlgorithms, type TokenRules } from './tokens.ts';
