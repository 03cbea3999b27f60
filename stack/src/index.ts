export { type Artefacts, fetchArtefacts } from './artefacts.ts';
export { inCache } from './cache.ts';
export {
  type PartName,
  type PortName,
  type Ports,
  partNames,
  portsFrom,
  readConfig,
  type StackConfig,
} from './config.ts';
export { Credentials } from './credentials.ts';
export { StackError, type StackErrorCode } from './errors.ts';
export { findJava } from './java.ts';
export { Part, type PartSpec } from './part.ts';
export type { DatabaseAccess } from './parts/mariadb.ts';
export { stagePlugins } from './plugins.ts';
export { isFree } from './port-holder.ts';
export { type Progress, Stack, type StartOptions } from './stack.ts';
export { runTool } from './tool.ts';
