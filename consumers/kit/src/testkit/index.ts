export { createQueryApi } from '../query-api/index.ts';
export { type ExploreOptions, explore, replay, type StoreKind } from './explore.ts';
export { Fixture, type FixtureAnswer } from './fixture.ts';
export { onDatabase } from './on-database.ts';
export { type Scenario, type Story, scenario } from './scenario.ts';
export type { Point, Schedule, Step } from './schedule.ts';
export { schemathesisFindings, schemathesisMissing } from './schemathesis.ts';
export { put, rekey, remove, type TableRows, type Transaction, truncate, tx } from './source-tables.ts';
