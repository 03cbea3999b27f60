export {
  type Capture,
  type CaptureOptions,
  type CaptureTopic,
  capture,
  historiesOf,
  notificationsOf,
  topicName,
} from './capture.ts';
export { captureGrants, captureUserStatements } from './capture-user.ts';
export { isSnapshotLine, type SnapshotCost, snapshotCost, type TableCost, unknownSnapshot } from './snapshot-cost.ts';
