// Tests run the very text that Node runs: types are stripped, nothing else is changed.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/jest.strip-types.mjs' },
};
const kind = (name) => ({ ...shared, displayName: name, testMatch: [`**/*.${name}.test.ts`] });
export default {
  watchman: false,
  projects: [kind('unit'), kind('int'), kind('e2e'), kind('apart'), kind('long'), kind('k8s')],
};
