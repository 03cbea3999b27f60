// make images: all images of the repository, by Docker or buildah. `--archive FOLDER`: those the demo names from elsewhere too, as one archive.
import { parseArgs } from 'node:util';
import { readConfig } from '@banyan/stack';
import { Buildah, findBuilder } from './builder.ts';
import { buildOwn } from './own.ts';
import { archiveOf, buildStandIns } from './stand-ins.ts';

const { values } = parseArgs({ options: { archive: { type: 'string' } } });
const { cacheDir } = readConfig(process.env, { root: process.cwd(), purpose: 'images', portBase: 28600 });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)));
const progress = (who: string, text: string) => console.error(`  ${who.padEnd(9)} ${text}`);
const options = { cacheDir, progress, signal: stop.signal };

if (values.archive === undefined) {
  const builder = await findBuilder(cacheDir, stop.signal);
  await buildOwn(builder, options);
} else {
  const buildah = new Buildah(cacheDir);
  const others = await buildStandIns(buildah, options);
  const names = [...(await buildOwn(buildah, options)), ...others];
  progress('archive', await archiveOf(buildah, names, values.archive));
}
