export { testingBrowser } from './testing-browser.ts';
export { type TestingTab, testingTab } from './testing-tab.ts';
