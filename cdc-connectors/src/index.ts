export { type Capture, type CaptureOptions, type CaptureTopic, capture } from './capture.ts';
export { captureGrants, captureUserStatements } from './capture-user.ts';
