import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publint } from 'publint';
import { temporaryFolder } from '../temporary-folder.ts';
import { LocalRegistry } from './local-registry.ts';
import { packAll, root, type Tarball } from './pack.ts';
import { UserProject } from './user-project.ts';

const names = ['connectors', 'schemas', 'stack', 'kit', 'strangler', 'cli'].map((name) => `@banyan/${name}`);
const all = ['debezium-connect-client', ...names];

/** What somebody writes who has only the packages. */
const consumer = `
import { capture } from '@banyan/connectors';
import { mirror, type Projection } from '@banyan/kit';
import { explore, put, scenario, tx } from '@banyan/kit/testkit';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { readContract } from '@banyan/schemas/contract';
import { readConfig } from '@banyan/stack';
import { runFacade } from '@banyan/strangler';
import { ConnectClient, ConnectError } from 'debezium-connect-client';
import { fakeConnect } from 'debezium-connect-client/testing';

const columns = { id: 'bigint', total: 'decimal(19,4)' } as const;
const orders: Projection = mirror({
  name: 'orders',
  tables: { orders: { source: 'shop.orders', key: ['id'], path: '/orders', columns } },
});
await explore(
  scenario(orders, {
    given: {},
    when: [tx(put({ orders: [{ id: 1n, total: '2' }] }))],
    readModel: { orders: [{ id: 1n }] },
  }),
);

const server = await fakeConnect();
const client = new ConnectClient({ url: server.url });
const missing = await client.status('nobody').catch((error: unknown) => error);
console.log(missing instanceof ConnectError ? missing.code : missing);
await server.stop();
console.log([capture, kafkaJsTransport, readContract, readConfig, runFacade].map((one) => typeof one).join());
`;

describe('the packages as they are published', () => {
  let folder = '';
  let tarballs: Tarball[] = [];
  let registry: LocalRegistry;
  let project: UserProject;
  let installed: { dependencies: Tree };

  beforeAll(async () => {
    folder = await temporaryFolder('packages');
    tarballs = await packAll(folder);
    registry = await LocalRegistry.open(tarballs);
    project = await UserProject.make(registry.url);
    await project.run(`npm install --no-audit --no-fund ${all.join(' ')}`);
    // Before what development wants, some of which is an optional peer.
    installed = JSON.parse(await project.run('npm ls --all --json')) as { dependencies: Tree };
    await project.run('npm install --save-dev --no-audit --no-fund fast-check');
    await project.write('consumer.ts', consumer);
  }, 300_000);
  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('are those, and have the same bytes when they are packed again', async () => {
    expect(tarballs.map(({ name }) => name)).toEqual(all);
    const again = await temporaryFolder('packages');
    await packAll(again);
    const hash = async (file: string) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
    for (const file of [...tarballs.map((one) => one.file), join(folder, 'banyan.cdx.json')])
      expect([file, await hash(join(again, file.slice(folder.length)))]).toEqual([file, await hash(file)]);
    await rm(again, { recursive: true });
  }, 300_000);

  it('please publint and arethetypeswrong', async () => {
    for (const { name, file } of tarballs) {
      const bytes = new Uint8Array(await readFile(file));
      const { messages } = await publint({ strict: true, pack: { tarball: bytes.slice().buffer } });
      const seen = await checkPackage(createPackageFromTarballData(bytes));
      // ESM alone: neither for require nor for resolution of before exports.
      const wrong = seen.types && seen.problems.filter((one) => !['node10', 'node16-cjs'].includes(resolutionOf(one)));
      expect([name, messages, wrong]).toEqual([name, [], []]);
    }
  }, 120_000);

  it('have neither scripts nor sources, and say what they are', async () => {
    for (const name of all) {
      const inside = JSON.parse(await readFile(join(project.folder, 'node_modules', name, 'package.json'), 'utf8'));
      expect(inside).toMatchObject({ name, license: 'Apache-2.0', description: expect.any(String) });
      expect(['scripts', 'devDependencies', 'private'].filter((field) => field in inside)).toEqual([]);
      for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md'])
        expect(await readFile(join(project.folder, 'node_modules', name, file), 'utf8')).not.toBe('');
    }
  });

  it('type, run, and find each other in a repository that has nothing else', async () => {
    expect(await project.types('consumer.ts')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await project.run('node consumer.ts')).toBe('not-found\nfunction,function,function,function,function\n');
  }, 60_000);

  it('refuse by their types what they refuse at work', async () => {
    await project.write('wrong.ts', `${consumer}\ncapture({ prefix: 1 });\n`);
    expect((await project.types('wrong.ts')).stdout).toContain("'number' is not assignable to type 'string'");
  }, 60_000);

  it('name the source in a trace', async () => {
    const failing = `import { readProject } from '${project.folder}/node_modules/@banyan/cli/dist/project/project.js'; readProject('/nowhere')`;
    const { stderr } = await project.tried(`node --enable-source-maps --input-type=module -e "${failing}"`);
    expect(stderr).toMatch(/@banyan\/cli\/src\/project\/project\.ts:\d+/);
  });

  it('have a command, which says when a folder is no project, and knows one', async () => {
    expect(await project.run('npx banyan --help')).toContain('banyan COMMAND --help shows how');
    const without = await project.tried('npx banyan status');
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('there is no banyan.json in ')]);
    await project.write('banyan.json', '{ "prefix": "shop" }');
    const { code, stderr } = await project.tried('npx banyan status');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`no stack in ${project.folder}/.banyan/local`)]);
  }, 60_000);

  it('are installed by pnpm too, which lets no package see what it does not declare', async () => {
    await using other = await UserProject.make(registry.url);
    const pnpm = `node '${join(root, 'node_modules/pnpm/bin/pnpm.cjs')}' --store-dir ../store`;
    await other.run(`${pnpm} add ${all.join(' ')}`);
    await other.run(`${pnpm} add --save-dev fast-check`);
    await other.write('consumer.ts', consumer);
    expect(await other.run('node consumer.ts')).toContain('not-found\n');
    expect(await other.run('node_modules/.bin/banyan --help')).toContain('banyan COMMAND --help');
  }, 120_000);

  it('come with a bill of materials that names all of it', async () => {
    const { components } = JSON.parse(await readFile(join(folder, 'banyan.cdx.json'), 'utf8')) as {
      components: { name: string; version: string; licenses: unknown[] }[];
    };
    const billed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    expect([...flat(installed.dependencies)].filter((one) => !billed.has(one))).toEqual([]);
    expect(components.filter(({ licenses }) => licenses.length === 0)).toEqual([]);
  });
});

const resolutionOf = (problem: object): string =>
  'resolutionKind' in problem
    ? String(problem.resolutionKind)
    : 'resolutionOption' in problem
      ? String(problem.resolutionOption)
      : '';

interface Tree {
  readonly [name: string]: { readonly version?: string; readonly dependencies?: Tree };
}

function flat(tree: Tree): Set<string> {
  const all = Object.entries(tree).filter(([, { version }]) => version !== undefined);
  return new Set(
    all.flatMap(([name, { version, dependencies = {} }]) => [`${name}@${version}`, ...flat(dependencies)]),
  );
}
