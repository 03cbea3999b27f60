export { withheld } from './connector/local.ts';
export { run } from './run.ts';
export { type Service, services, tablesOf } from './services.ts';
