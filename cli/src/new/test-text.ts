import { quoted } from './declaration-text.ts';
import type { Draft, TableDraft } from './draft.ts';
import type { SampleValue } from './mask.ts';
import { isIdentifier } from './names.ts';
import type { SampleRow, Samples } from './samples.ts';

/** `src/projection.test.ts`: rows of the monolith, texts made up, and what the service has to make of them. */
export function testText(draft: Draft, samples: Samples): string {
  const { query } = draft;
  const tables = draft.tables.filter(({ name }) => (samples.get(name) ?? []).length > 0);
  const body = [
    ...(query ? queryTests(draft) : mirrorTests(tables, samples)),
    ...exploreTest(query ? "'database'" : "'memory'", tables, samples),
  ];
  const namesIn = (names: readonly string[]) =>
    names.filter((name) => body.some((line) => new RegExp(`\\b${name}\\(`).test(line)));
  const asserts = namesIn(['deepEqual', 'equal', 'ok']);
  const used = [
    ...(body.some((line) => line.includes('Fixture.')) ? ['Fixture'] : []),
    ...namesIn(['explore', 'put', 'remove', 'scenario', 'tx']),
  ].sort((a, b) => a.localeCompare(b));
  return [
    ...(asserts.length > 0 ? [`import { ${asserts.join(', ')} } from 'node:assert/strict';`] : []),
    "import { it } from 'node:test';",
    `import { ${used.join(', ')} } from '@banyan/kit/testkit';`,
    "import { projection } from './projection.ts';",
    '',
    '/** As the monolith has them; texts are made up. */',
    'const rows = {',
    ...tables.flatMap((table) => rowLines(table, samples.get(table.name)!)),
    '};',
    '',
    ...body,
    '',
  ].join('\n');
}

function rowLines({ name }: TableDraft, rows: readonly SampleRow[]): string[] {
  return [`  ${property(name)}: [`, ...rows.flatMap((row) => rowText(row, '    ')), '  ],'];
}

function rowText(row: SampleRow, indent: string): string[] {
  const fields = Object.entries(row).map(([column, value]) => `${property(column)}: ${valueText(value)}`);
  const line = `${indent}{ ${fields.join(', ')} },`;
  if (line.length <= 120) return [line];
  return [`${indent}{`, ...fields.map((field) => `${indent}  ${field},`), `${indent}},`];
}

function valueText(value: SampleValue): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return quoted(value);
  if (Buffer.isBuffer(value)) return `Buffer.from('${value.toString('hex')}', 'hex')`;
  return String(value);
}

function mirrorTests(tables: readonly TableDraft[], samples: Samples): string[] {
  const served = tables.filter(({ path }) => path !== null);
  const checks = served.flatMap(({ path, key, name, columns }) => {
    const from = key.map((one) => columns.find((column) => column.name === one)!);
    const keys = samples.get(name)!.map((row) => from.map((column) => jsonText(row[column.from]!)).join(', '));
    return [
      `  deepEqual(`,
      `    keysIn((await monolith.get(${quoted(path!)})).data, ${list(key)}),`,
      `    sorted([${keys.map((one) => `[${one}]`).join(', ')}]),`,
      '  );',
    ];
  });
  const [first] = served;
  // Without a path, or rows of it, there is nothing to ask.
  if (!first) return [];
  return [
    'const sorted = (keys: unknown[][]) => keys.map((key) => key.join()).sort();',
    'const keysIn = (data: Record<string, unknown>[], key: string[]) => sorted(data.map((row) => key.map((name) => row[name])));',
    '',
    "it('answers with the rows that the monolith has, and forgets what goes', async () => {",
    '  await using monolith = await Fixture.open(projection);',
    '  await monolith.put(rows);',
    ...checks,
    `  await monolith.remove({ ${property(first!.name)}: ${rowsOf(first!.name)} });`,
    `  equal((await monolith.get(${quoted(first!.path!)})).data.length, 0);`,
    '});',
    '',
  ];
}

/** A key in JSON: numbers of 64 bits and decimals are texts there, bytes base64. */
function jsonText(value: SampleValue): string {
  if (typeof value === 'bigint') return quoted(String(value));
  return Buffer.isBuffer(value) ? quoted(value.toString('base64')) : valueText(value);
}

const partial =
  /\b(like|rlike|regexp|between|exists|having)\b|\b(substr|substring|left|right|mid|locate|instr|length|char_length|in|any|all)\s*\(\s*(?!'|\d)/i;

function queryTests({ query }: Draft): string[] {
  if (query!.path === null) return [];
  const path = quoted(query!.path);
  // What compares parts of texts, or their order, may not find those that are made up.
  const isFound = !partial.test(query!.select);
  return [
    "it('answers with what its SELECT gives, and with nothing when the rows have gone', async () => {",
    '  await using monolith = await Fixture.open(projection);',
    '  await monolith.put(rows);',
    `  const { data } = await monolith.get(${path});`,
    ...(isFound ? ['  ok(data.length > 0);'] : []),
    `  for (const row of data) deepEqual(Object.keys(row), ${list(query!.columns.map(({ name }) => name))});`,
    '  await monolith.remove(rows);',
    `  equal((await monolith.get(${path})).data.length, 0);`,
    '});',
    '',
  ];
}

/** Each table by itself, then all of them at once, go and come back: a rule that forgets a group is found. */
function exploreTest(store: string, tables: readonly TableDraft[], samples: Samples): string[] {
  const filled = tables.filter(({ name }) => samples.get(name)!.length > 0);
  if (filled.length === 0) return [];
  return [
    "it('is right at every commit, in whatever order changes come and wherever they are interrupted', async () => {",
    '  const comings = scenario(projection, {',
    '    given: rows,',
    '    when: [',
    ...filled.flatMap(({ name }) => {
      const some = `{ ${property(name)}: ${rowsOf(name)} }`;
      return [`      tx(remove(${some})),`, `      tx(put(${some})),`];
    }),
    '      tx(remove(rows)),',
    '      tx(put(rows)),',
    '    ],',
    '  });',
    `  await explore(comings, { runs: 10, store: ${store} });`,
    '});',
  ];
}

const rowsOf = (table: string): string => (isIdentifier(table) ? `rows.${table}` : `rows[${quoted(table)}]`);
const property = (name: string): string => (isIdentifier(name) ? name : quoted(name));
const list = (names: readonly string[]): string => `[${names.map(quoted).join(', ')}]`;
