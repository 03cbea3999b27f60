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
export { Part, type PartSpec } from './part.ts';
export { workerSettings } from './parts/connect.ts';
export { brokerSettings } from './parts/kafka.ts';
export type { DatabaseAccess } from './parts/mariadb.ts';
export { isFree } from './port-holder.ts';
export { type Progress, Stack, type StartOptions } from './stack.ts';
