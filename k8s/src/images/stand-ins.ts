import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fetchArtefacts, findJava } from '@banyan/stack/fetching';
import { type Buildah, tool } from './builder.ts';
import type { BuildOptions } from './own.ts';

const authorities = '/etc/ssl/certs/ca-certificates.crt';
const scripts = join(import.meta.dirname, '../../cluster/stand-ins');

/** An image of somebody else's that the manifests name, as it can be had where no registry can be reached. */
interface StandIn {
  readonly name: string;
  /** `from the host` to `in the image`. */
  readonly copy: readonly (readonly [from: string, to: string])[];
  readonly path: readonly string[];
  readonly entrypoint: readonly string[];
  readonly env?: readonly string[];
}

/**
 * Images under the names that the demo's manifests have, for a machine without a registry: Debian's base, and in it the very
 * parts that the local stack runs, where the real images have them. What they prove is the manifests and our own images, not the real images. Resolves to their names.
 */
export async function buildStandIns(buildah: Buildah, options: BuildOptions): Promise<string[]> {
  const base = await baseImage(buildah, options);
  const made: string[] = [];
  const own = await Promise.all((await readdir(scripts)).map((name) => readFile(join(scripts, name), 'utf8')));
  for (const one of await standIns(options)) {
    // By what is in it: an image of that name may be from another version of this file.
    const kept = `localhost/stand-in:${createHash('sha256')
      .update(JSON.stringify([one, own]))
      .digest('hex')
      .slice(0, 16)}`;
    if (!(await buildah.has(kept))) await make(buildah, base, { ...one, name: kept });
    await buildah.run(['tag', kept, one.name]);
    options.progress('stand-in', one.name);
    made.push(one.name);
  }
  return made;
}

async function standIns({ cacheDir, progress, signal }: BuildOptions): Promise<StandIn[]> {
  const say = (text: string) => progress('fetch', text);
  const parts = await fetchArtefacts(cacheDir, say, { signal });
  const java = await javaArchive(await findJava(cacheDir, process.env, say, undefined, signal), cacheDir);
  const jre = [java, '/opt/java/openjdk'] as const;
  const path = ['/opt/java/openjdk/bin'];
  const node = await realpath(process.execPath);
  const npm = dirname(dirname(await realpath((await tool(['sh', '-c', 'command -v npm'])).trim())));
  return [
    {
      name: 'docker.io/library/node:24-bookworm-slim',
      copy: [
        [node, '/usr/local/bin/node'],
        [npm, '/usr/local/lib/node_modules/npm'],
        [join(scripts, 'npm'), '/usr/local/bin/npm'],
        // Whom this machine trusts, for what a build fetches.
        [authorities, authorities],
      ],
      path: [],
      entrypoint: [],
      env: [`NODE_EXTRA_CA_CERTS=${authorities}`],
    },
    {
      name: 'docker.io/library/mariadb:11.4',
      copy: [
        [parts.mariadb, '/opt/mariadb'],
        [join(scripts, 'mariadb-entrypoint.sh'), '/usr/local/bin/docker-entrypoint.sh'],
      ],
      path: ['/opt/mariadb/bin'],
      entrypoint: ['/bin/sh', '/usr/local/bin/docker-entrypoint.sh'],
    },
    { name: 'docker.io/apache/kafka:4.2.2', copy: [jre, [parts.kafka, '/opt/kafka/libs']], path, entrypoint: [] },
    {
      name: 'docker.io/apicurio/apicurio-registry:3.3.3',
      copy: [jre, [parts.registry, '/deployments']],
      path,
      entrypoint: ['/bin/sh', '-c', 'exec java $JAVA_OPTS_APPEND -jar /deployments/quarkus-run.jar'],
    },
    { name: 'localhost/pause:1', copy: [], path: [], entrypoint: ['/bin/sleep', 'infinity'] },
  ];
}

async function make(buildah: Buildah, base: string, one: StandIn): Promise<void> {
  const container = (await buildah.run(['from', '--pull-never', base])).trim();
  try {
    for (const [from, to] of one.copy) await buildah.run(['add', '--quiet', container, from, to]);
    const path = [...one.path, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
    const env = [`PATH=${path}`, ...(one.env ?? [])].flatMap((text) => ['--env', text]);
    await buildah.run(['config', ...env, '--entrypoint', JSON.stringify(one.entrypoint), container]);
    await buildah.run(['commit', '--quiet', '--timestamp', '0', container, one.name]);
  } finally {
    await buildah.run(['rm', container]);
  }
}

/** Debian 12 with what the parts' binaries are linked with. */
async function baseImage(buildah: Buildah, { cacheDir, progress, signal }: BuildOptions): Promise<string> {
  const name = 'localhost/debian:12';
  if (await buildah.has(name)) return name;
  const archive = join(cacheDir, 'debian-12.tar');
  if (!existsSync(archive)) {
    progress('stand-in', 'a Debian of 80 MB from its packages (a minute and a half, once)');
    const fresh = `${archive}.${process.pid}.tar`;
    await tool(
      [
        'mmdebstrap',
        '--quiet',
        '--variant=minbase',
        '--include=ca-certificates,libstdc++6,libcap2,libsystemd0',
        'bookworm',
        fresh,
      ],
      { signal },
    );
    await rename(fresh, archive);
  }
  const container = (await buildah.run(['from', 'scratch'])).trim();
  await buildah.run(['add', '--quiet', container, archive, '/']);
  await buildah.run(['commit', '--quiet', '--timestamp', '0', container, name]);
  await buildah.run(['rm', container]);
  return name;
}

/** What is needed to run Java, of a whole JDK. */
async function javaArchive(java: string, cacheDir: string): Promise<string> {
  const home = dirname(dirname(await realpath(java)));
  const archive = join(cacheDir, `java-${createHash('sha256').update(home).digest('hex').slice(0, 12)}.tar`);
  if (existsSync(archive)) return archive;
  const without = ['jmods', 'man', 'demo', 'include', 'lib/src.zip'].map((name) => `--exclude=./${name}`);
  const fresh = `${archive}.${process.pid}`;
  await tool(['tar', '-C', home, ...without, '-cf', fresh, '.']);
  await rename(fresh, archive);
  return archive;
}

/** All the images in one archive for containerd: what they share is in it once. */
export async function archiveOf(buildah: Buildah, names: readonly string[], folder: string): Promise<string> {
  const layout = join(folder, 'layout');
  await rm(layout, { recursive: true, force: true });
  await mkdir(layout, { recursive: true });
  for (const name of names)
    await buildah.run(['push', '--quiet', '--disable-compression', '--format', 'oci', name, `oci:${layout}:${name}`]);
  await nameForContainerd(layout);
  const archive = join(folder, 'images.tar');
  await tool(['tar', '-C', layout, '-cf', archive, '.']);
  await rm(layout, { recursive: true, force: true });
  return archive;
}

/** containerd takes an image's name from an annotation of its own. */
async function nameForContainerd(layout: string): Promise<void> {
  const file = join(layout, 'index.json');
  const index = JSON.parse(await readFile(file, 'utf8')) as { manifests: { annotations: Record<string, string> }[] };
  for (const { annotations } of index.manifests) {
    annotations['io.containerd.image.name'] = annotations['org.opencontainers.image.ref.name']!;
  }
  await writeFile(file, JSON.stringify(index));
}
