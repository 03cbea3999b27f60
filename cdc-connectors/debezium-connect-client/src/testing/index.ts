export { type FakeConnect, type FakeConnectOptions, fakeConnect } from './fake-connect.ts';
export type { FakePlugin } from './fake-state.ts';
