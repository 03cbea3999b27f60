// Which packages are published, and how the package.json of each follows from the one in the repository.

/** Folders of the packages that are published, each after those that it depends on. */
export const publishedFolders = [
  'cdc-connectors/debezium-connect-client',
  'cdc-connectors',
  'schemas',
  'stack',
  'consumers/kit',
  'strangler',
  'cli',
] as const;

/** What is read of a package.json of the repository: exports, bin and files are of its sources. */
export interface SourceManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  /** What is published besides: files under `src/` go where the code goes, and TypeScript among them is compiled. */
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What is not published of the contract of this repository's example. */
const kept: Readonly<Record<string, readonly string[]>> = { '@banyan/schemas': ['.'] };

const isCode = (path: string): boolean => /^(\.\/)?src\/.*\.ts$/.test(path);
const compiled = (path: string, ending: string): string =>
  path.replace(/^(\.\/)?src\//, './dist/').replace(/\.ts$/, ending);

const exportsOf = ({ name, exports }: SourceManifest): [string, string][] =>
  Object.entries(exports).filter(([entry]) => !kept[name]?.includes(entry));

/** The sources from which all others are reached, relative to the package's folder. */
export function entriesOf(manifest: SourceManifest): string[] {
  const { bin = {}, files = [] } = manifest;
  const all = [...exportsOf(manifest).map(([, path]) => path), ...Object.values(bin), ...files.filter(isCode)];
  return all.map((path) => path.replace(/^\.\//, ''));
}

/** Files and folders that are published as they are: from, and to. */
export function copiedOf({ files = [] }: SourceManifest): [string, string][] {
  return files.filter((path) => !isCode(path)).map((path) => [path, path.replace(/^src\//, 'dist/')]);
}

/**
 * The published package.json. What the code imports and only development declares here, a test runner for one, becomes an optional
 * peer. Throws when the code imports what nobody declares, or declares a dependency that no code imports.
 */
export function publishedManifest(
  manifest: SourceManifest,
  imports: ReadonlySet<string>,
  ofTheRepository: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const { name, version, description, license, engines, bin, dependencies = {}, devDependencies = {} } = manifest;
  const development = { ...ofTheRepository, ...devDependencies };
  const peers = [...imports].filter((one) => !(one in dependencies)).sort();
  const unknown = peers.filter((one) => !(one in development));
  if (unknown.length > 0) throw new Error(`${name} imports ${unknown.join(', ')}: declare it in its package.json`);
  const unused = Object.keys(dependencies).filter((one) => !imports.has(one));
  if (unused.length > 0)
    throw new Error(`${name} depends on ${unused.join(', ')}, which its published code does not import`);
  const both = (path: string) => ({ types: compiled(path, '.d.ts'), default: compiled(path, '.js') });
  const files = copiedOf(manifest).map(([, to]) => to);
  return {
    ...{ name, version, description, license, type: 'module', engines },
    exports: {
      ...Object.fromEntries(exportsOf(manifest).map(([entry, path]) => [entry, both(path)])),
      './package.json': './package.json',
    },
    ...(bin && { bin: Object.fromEntries(Object.entries(bin).map(([to, path]) => [to, compiled(path, '.js')])) }),
    files: ['dist', ...files.filter((file) => !file.startsWith('dist/')), 'CHANGELOG.md'],
    dependencies,
    ...(peers.length > 0 && {
      peerDependencies: Object.fromEntries(peers.map((one) => [one, range(one, development[one]!)])),
      peerDependenciesMeta: Object.fromEntries(peers.map((one) => [one, { optional: true }])),
    }),
  };
}

/** Our own are released together. */
const range = (name: string, version: string): string => (name.startsWith('@banyan/') ? version : `^${version}`);
