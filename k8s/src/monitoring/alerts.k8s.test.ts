import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@banyan/stack';
import { runTool } from '@banyan/stack/fetching';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { alerts, ruleGroups } from './alerts.ts';
import { promtool } from './promtool.ts';

const cases = ['alerts.promtool.yaml', 'proofs.promtool.yaml', 'owned.promtool.yaml', 'facade.promtool.yaml'];
jest.setTimeout(60_000);

let folder: string;
let program: string;
beforeAll(async () => {
  const { cacheDir } = readConfig(process.env, { root: tmpdir(), purpose: 'test', portBase: 28_700 });
  program = await promtool({ cacheDir, say: (text) => console.error(text) });
  folder = await mkdtemp(join(tmpdir(), 'banyan-alerts-'));
  for (const file of cases) await copyFile(join(import.meta.dirname, file), join(folder, file));
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(rules: ReturnType<typeof ruleGroups>) {
  await writeFile(join(folder, 'rules.yaml'), stringify(rules));
  return runTool([program, ...cases.map((file) => join(folder, file))]);
}

it('the rules fire when they should, and not before', async () => {
  const { code, lines } = await run(ruleGroups());
  expect({ code, said: lines.join('\n') }).toMatchObject({ code: 0 });
});

it.each(alerts.map(({ name }) => name))('a case tells when %s does not fire', async (name) => {
  const rules = structuredClone(ruleGroups()) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const rule = rules.groups[0]!.rules.find(({ alert }) => alert === name)!;
  rule.expr = `(${rule.expr}) and on () vector(1) > 2`;
  const { code, lines } = await run(rules);
  expect(code).toBe(1);
  expect(lines.join('\n')).toContain(name);
});
