import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { canonicalText } from './canonical.ts';
import { contractFolder, readContract } from './files.ts';
import { rowsText } from './generate.ts';
import { subjectsOf } from './subjects.ts';

it('has its files in their one form, and types that are made from them', async () => {
  const contract = await readContract();
  const tables = [...contract.keys()].flatMap((subject) => /^bank\.(.+\..+)-value$/.exec(subject)?.slice(1) ?? []);
  expect(tables.length).toBeGreaterThan(0);
  for (const [subject, schema] of contract)
    expect(await readFile(join(contractFolder, 'avro', `${subject}.json`), 'utf8')).toBe(canonicalText(schema));
  expect(await readFile(join(contractFolder, 'src/rows.ts'), 'utf8')).toBe(
    rowsText(contract, subjectsOf('bank', tables)),
  );
});
