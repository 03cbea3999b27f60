import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { services } from '@banyan/cli';
import { generatedFiles } from './generated-files.ts';
import { components, generatedIn } from './generated-folder.ts';
import { newlyCaptured } from './strimzi/newly-captured.ts';

// Writes what is generated, and takes away what no longer is.
const files = generatedFiles(await services());
const before = await generatedIn(components);
for (const path of before.keys()) if (!files.has(path)) await rm(join(components, path));
for (const [path, text] of files) {
  const file = join(components, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
console.log(`${files.size} files in ${components}`);
const connector = 'strimzi/connect.yaml';
const tables = newlyCaptured(before.get(connector), files.get(connector)!);
if (tables.length > 0) {
  const why = 'of which a connector that runs already has no history: a read model of it would be short of rows';
  console.error(
    `captured from now on: ${tables.join(', ')}, ${why}; capture anew (docs/reference/faults.md) where it runs`,
  );
}
