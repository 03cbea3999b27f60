export { ownedTablesOf } from '../read-store/owned-tables.ts';
export { type CarrierOptions, carry } from './carrier.ts';
export type { CarryStep } from './carry.ts';
export { type Dispute, decide, disputesOf } from './decide.ts';
export { writeBackGrants } from './grants.ts';
export { ownershipMetrics } from './metrics.ts';
export { ownershipRoutes } from './routes.ts';
export { Sessions } from './sessions.ts';
export { type Owner, type OwnershipStanding, standingOf } from './standing.ts';
