export { createQueryApi } from '../query-api/index.ts';
export { Fixture, type FixtureAnswer, type FixtureRows } from './fixture.ts';
export { onDatabase } from './on-database.ts';
export { schemathesisFindings, schemathesisMissing } from './schemathesis.ts';
