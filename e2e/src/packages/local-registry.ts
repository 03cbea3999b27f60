import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Locked, nameOf, readLockfile } from './lockfile.ts';
import { root, type Tarball } from './pack.ts';

const run = promisify(execFile);

/** A version of a package, and where its tarball is: a file, or npm's cache by its integrity. */
interface Version {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly integrity: string;
  readonly file: string;
}

/**
 * A package registry on 127.0.0.1 with our tarballs and all that package-lock.json has, out of npm's cache; what is not in the cache is
 * asked for where npm would. So a package is installed by its name, as a user does it. Source: npm's registry API, package metadata.
 */
export class LocalRegistry {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(tarballs: readonly Tarball[]): Promise<LocalRegistry> {
    const setting = async (name: string) => (await run('npm', ['config', 'get', name], { cwd: root })).stdout.trim();
    const [cache, upstream] = [await setting('cache'), await setting('registry')];
    const versions = await versionsOf(tarballs, cache);
    const server = createServer(async ({ url = '/', headers: { host } }, response) => {
      const path = decodeURIComponent(url.slice(1));
      const [name, version] = path.split('/-/') as [string, string?];
      const known = versions.get(name);
      if (!known) return response.writeHead(404).end('{}');
      if (version === undefined) return response.end(JSON.stringify(packument(name, known, `http://${host}`)));
      const bytes = await readFile(known.get(version)!.file).catch(() => null);
      if (bytes) return response.end(bytes);
      const base = name.replace(/^.*\//, '');
      return response.writeHead(302, { location: new URL(`${name}/-/${base}-${version}.tgz`, upstream).href }).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new LocalRegistry(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

function packument(name: string, known: ReadonlyMap<string, Version>, origin: string): object {
  const versions = [...known].map(([version, { manifest, integrity }]) => {
    const tarball = `${origin}/${name}/-/${version}`;
    return [version, { ...manifest, name, version, dist: { tarball, integrity } }];
  });
  return { name, 'dist-tags': { latest: [...known.keys()].at(-1) }, versions: Object.fromEntries(versions) };
}

async function versionsOf(tarballs: readonly Tarball[], cache: string): Promise<Map<string, Map<string, Version>>> {
  const found = new Map<string, Map<string, Version>>();
  const add = (name: string, version: Version) => {
    const known = found.get(name) ?? new Map<string, Version>();
    found.set(name, known.set(String(version.manifest.version), version));
  };
  for (const [folder, locked] of await readLockfile(root))
    if (folder.includes('node_modules/') && !locked.link && locked.integrity)
      add(nameOf(folder, locked), ofLock(locked, cache));
  for (const { name, file } of tarballs) add(name, await ofFile(file));
  return found;
}

/** npm's cache has tarballs under the digits of their hash; source: cacache, content-v2. */
function ofLock(locked: Locked, cache: string): Version {
  const { integrity = '', resolved: _, dev: __, ...manifest } = locked;
  const [algorithm = '', digest = ''] = integrity.split('-');
  const hex = Buffer.from(digest, 'base64').toString('hex');
  const file = join(cache, '_cacache/content-v2', algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
  return { manifest, integrity, file };
}

async function ofFile(file: string): Promise<Version> {
  const { stdout } = await run('tar', ['-xzOf', file, 'package/package.json']);
  const hash = createHash('sha512').update(await readFile(file));
  return { manifest: JSON.parse(stdout) as Version['manifest'], integrity: `sha512-${hash.digest('base64')}`, file };
}
