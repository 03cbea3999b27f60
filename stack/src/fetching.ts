// For packages that fetch more than the stack does, in the same way: by lockfile, compared with checksums, kept in the cache.
export { fetchArtefacts } from './artefacts.ts';
export { inCache } from './cache.ts';
export { verify, verifyOnce } from './checksums.ts';
export { findJava } from './java.ts';
export { mavenPackage } from './maven.ts';
export { stagePlugins } from './plugins.ts';
export { runTool } from './tool.ts';
