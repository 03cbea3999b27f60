import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@banyan/cli';
import type { Progress } from '@banyan/stack';
import { stagePlugins } from '@banyan/stack/fetching';
import type { Builder } from './builder.ts';

const root = join(import.meta.dirname, '../../..');
export const registry = 'registry.example/banyan';
export const tag = '0.1.0';
export const imageOf = (name: string): string => `${registry}/${name}:${tag}`;

export interface BuildOptions {
  readonly cacheDir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Builds the image of each service, of the bank and the facade before it, of the Connect worker and of the command. Resolves to their names. */
export async function buildOwn(builder: Builder, options: BuildOptions): Promise<string[]> {
  const { progress, signal } = options;
  const made: string[] = [];
  const build = async (name: string, dockerfile: string, context = root, args = {}) => {
    await builder.build({ name: imageOf(name), dockerfile: join(root, dockerfile), context, args }, signal);
    made.push(imageOf(name));
    progress('image', imageOf(name));
  };
  for (const { name } of await services()) await build(name, 'consumers/Dockerfile', root, { SERVICE: name });
  await build('monolith', 'monolith/Dockerfile');
  await build('facade', 'strangler/Dockerfile');
  await build('cli', 'cli/Dockerfile');
  const context = await mkdtemp(join(tmpdir(), 'banyan-connect-'));
  try {
    await mkdir(join(context, 'plugins'));
    await stagePlugins(join(context, 'plugins'), options);
    await build('connect', 'cdc-connectors/Dockerfile', context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return made;
}
