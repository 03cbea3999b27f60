import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const OUTSIDE =
  /kafka|debezium|banyan|gtid|projection|projector|binlog|avro|outbox|\bcdc\b|change.data|captur|read.model|schema.registry|replicat|\bconnect worker|topic_|streaming/i;
const folder = fileURLToPath(new URL('..', import.meta.url));

it('the bank has no word for anything outside it', async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(
      (entry) => entry.isFile() && !/node_modules/.test(entry.parentPath) && !entry.name.startsWith('vocabulary.'),
    )
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  expect(files.length).toBeGreaterThan(40);
  const found: string[] = [];
  for (const file of files) {
    for (const line of (await readFile(file, 'utf8')).split('\n'))
      if (OUTSIDE.test(line)) found.push(`${file}: ${line}`);
  }
  expect(found).toEqual([]);
});
