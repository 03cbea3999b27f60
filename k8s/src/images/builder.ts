import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '@banyan/stack/fetching';

export interface Build {
  /** With its tag. */
  readonly name: string;
  readonly dockerfile: string;
  /** The folder that it copies from. */
  readonly context: string;
  readonly args?: Readonly<Record<string, string>>;
}

/** What makes images of Dockerfiles. */
export interface Builder {
  readonly called: string;
  /** Throws Error with the tool's last lines. */
  build(image: Build, signal?: AbortSignal): Promise<void>;
}

/** Docker where a daemon answers, else buildah, which needs none. Throws Error that says what to install. */
export async function findBuilder(cacheDir: string, signal?: AbortSignal): Promise<Builder> {
  if (await works(['docker', 'info'], signal)) return dockerBuilder;
  if (await works(['buildah', '--version'], signal)) return new Buildah(cacheDir);
  throw new Error(
    'neither a Docker daemon nor buildah is here; install one: apt-get install --no-install-recommends buildah',
  );
}

async function works(command: [string, ...string[]], signal?: AbortSignal): Promise<boolean> {
  const { code } = await runTool(command, { signal }).catch(() => ({ code: null }));
  return code === 0;
}

/** Throws Error with the last lines of what it said. */
export async function tool(
  command: [string, ...string[]],
  options: Parameters<typeof runTool>[1] = {},
): Promise<string> {
  const { code, lines } = await runTool(command, options);
  if (code === 0) return lines.join('\n');
  throw new Error(`${command.slice(0, 3).join(' ')} failed:\n${lines.slice(-15).join('\n')}`);
}

const argsOf = ({ args = {} }: Build): string[] =>
  Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);

const dockerBuilder: Builder = {
  called: 'docker',
  async build(image, signal) {
    const { name, dockerfile, context } = image;
    await tool(['docker', 'build', '--quiet', '-t', name, '-f', dockerfile, ...argsOf(image), context], { signal });
  },
};

/** buildah with a store of its own, so that nothing of the machine's is touched; layers that are the same are not made again. */
export class Buildah implements Builder {
  readonly called = 'buildah';
  readonly #store: string[];
  readonly #folder: string;

  constructor(cacheDir: string) {
    this.#folder = join(cacheDir, 'containers');
    this.#store = [
      '--root',
      join(this.#folder, 'store'),
      '--runroot',
      join(this.#folder, 'run'),
      '--storage-driver',
      'overlay',
    ];
  }

  async run(args: readonly string[], signal?: AbortSignal): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
    return tool(['buildah', ...this.#store, ...args], { env, signal });
  }

  async build(image: Build, signal?: AbortSignal): Promise<void> {
    const { name, dockerfile, context } = image;
    // The time of the files is that of no build: the same content gives the same layers.
    const same = ['--layers', '--timestamp', '0', '--pull-never'];
    await this.run(['bud', '--quiet', ...same, '-t', name, '-f', dockerfile, ...argsOf(image), context], signal);
  }

  async has(name: string): Promise<boolean> {
    return (await this.run(['images', '--quiet', name]).catch(() => '')) !== '';
  }
}
