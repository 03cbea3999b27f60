export { type Project, project } from './project/project.ts';
export { run } from './run.ts';
export { type Service, services, tablesOf } from './services.ts';
