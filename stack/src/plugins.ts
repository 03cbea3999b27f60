import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artefacts, fetchArtefacts } from './artefacts.ts';
import { findJava } from './java.ts';
import { type OwnJars, ownJars } from './own-jars.ts';
import { type ConnectPlugin, layOut } from './parts/connect.ts';
import type { Progress } from './stack.ts';

/** What the Connect worker has besides Kafka's own classes: Debezium and Apicurio's converters, each with classes of ours beside. */
export function pluginsOf(artefacts: Artefacts, own: OwnJars): ConnectPlugin[] {
  const converters = ['AvroConverter', 'ExtJsonConverter', 'SerdeBasedConverter'];
  return [
    { name: 'debezium', folder: artefacts.debezium, jars: [own.debezium] },
    {
      name: 'converter',
      folder: artefacts.converter,
      jars: [own.converter],
      converters: converters.map((name) => `io.apicurio.registry.utils.converter.${name}`),
    },
  ];
}

/** Writes the plugins into the folder as files, for an image; fetched, checked and compiled as for the local stack, and thrown as there. */
export async function stagePlugins(
  folder: string,
  options: { readonly cacheDir: string; readonly progress: Progress; readonly signal?: AbortSignal },
): Promise<void> {
  const { cacheDir, progress, signal } = options;
  const java = await findJava(cacheDir, process.env, (text) => progress('java', text), undefined, signal);
  const say = (text: string) => progress('fetch', text);
  const artefacts = await fetchArtefacts(cacheDir, say, { signal });
  const own = await ownJars(cacheDir, say, { java, artefacts, signal });
  const linked = await mkdtemp(`${folder}.linked-`);
  try {
    for (const plugin of pluginsOf(artefacts, own)) {
      await layOut(plugin, join(linked, plugin.name));
      await cp(join(linked, plugin.name), join(folder, plugin.name), { recursive: true, dereference: true });
    }
  } finally {
    await rm(linked, { recursive: true, force: true });
  }
}
