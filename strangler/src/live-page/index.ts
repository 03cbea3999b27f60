export { EventStream, type EventStreamOptions, type StreamEnd } from './event-stream.ts';
export { type PageFile, pageFiles } from './page-files.ts';
export { pageHeaders } from './page-headers.ts';
export { SharedRead } from './shared-read.ts';
