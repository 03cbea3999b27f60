import { describe, expect, it } from '@jest/globals';
import { copiedOf, entriesOf, publishedManifest, type SourceManifest } from './published.ts';

const manifest: SourceManifest = {
  name: '@banyan/one',
  version: '1.2.3',
  description: 'one',
  license: 'Apache-2.0',
  engines: { node: '>=24' },
  exports: { '.': './src/index.ts', './deep': './src/deep/index.ts' },
  bin: { one: './src/main.ts' },
  files: ['poms', 'src/part-main.ts', 'src/page'],
  dependencies: { mysql2: '3.0.0' },
  devDependencies: { '@banyan/stack': '1.2.3', 'fast-check': '4.0.0' },
};
const published = (imports: readonly string[], of = manifest) =>
  publishedManifest(of, new Set(imports), { jest: '30.0.0' });

describe('a published package.json', () => {
  it('has JavaScript and types for each entry, and neither scripts nor what only development wants', () => {
    expect(published(['mysql2'])).toEqual({
      ...{ name: '@banyan/one', version: '1.2.3', description: 'one', license: 'Apache-2.0', type: 'module' },
      engines: { node: '>=24' },
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './deep': { types: './dist/deep/index.d.ts', default: './dist/deep/index.js' },
        './package.json': './package.json',
      },
      bin: { one: './dist/main.js' },
      files: ['dist', 'poms', 'CHANGELOG.md'],
      dependencies: { mysql2: '3.0.0' },
    });
  });

  it('has as optional peers what its code imports and only development declares', () => {
    expect(published(['mysql2', 'jest', 'fast-check', '@banyan/stack'])).toMatchObject({
      peerDependencies: { '@banyan/stack': '1.2.3', 'fast-check': '^4.0.0', jest: '^30.0.0' },
      peerDependenciesMeta: { '@banyan/stack': { optional: true }, 'fast-check': { optional: true } },
    });
  });

  it('is refused for a package that nobody declares, and for a dependency that nothing imports', () => {
    expect(() => published(['mysql2', 'left-pad'])).toThrow('@banyan/one imports left-pad: declare it');
    expect(() => published([])).toThrow('@banyan/one depends on mysql2, which its published code does not import');
  });

  it('says what is compiled, and what is published as it is', () => {
    expect(entriesOf(manifest)).toEqual(['src/index.ts', 'src/deep/index.ts', 'src/main.ts', 'src/part-main.ts']);
    expect(copiedOf(manifest)).toEqual([
      ['poms', 'poms'],
      ['src/page', 'dist/page'],
    ]);
  });
});
