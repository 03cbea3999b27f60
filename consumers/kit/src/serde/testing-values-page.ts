import { readFileSync } from 'node:fs';

const file = 'docs/reference/values.md';
const page = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');

/** The rows of the table under a heading of the page; a cell is its code spans, or its words when it has none. */
function rows<Name extends string>(heading: string, ...names: Name[]): Record<Name, [string, ...string[]]>[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  const [head, rule, ...lines] = section.split('\n').filter((line) => line.startsWith('|'));
  if (head !== `| ${names.join(' | ')} |` || rule !== `|${'---|'.repeat(names.length)}` || lines.length === 0)
    throw new Error(`${file} has no table of ${names.join(', ')} under '${heading}'`);
  return lines.map((line) => {
    const cells = line.slice(1, -1).trim().split(' | ');
    if (cells.length !== names.length) throw new Error(`${file}: not ${names.length} cells: ${line}`);
    const spans = cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
    return Object.fromEntries(
      names.map((name, at) => [name, spans[at]!.length > 0 ? spans[at] : [cells[at]]]),
    ) as never;
  });
}

export const exact = rows('Exact', 'type', 'declared as', 'values', 'in JSON').map((row) => ({
  type: row.type[0],
  declared: row['declared as'][0],
  values: row.values,
  json: row['in JSON'][0] as 'number' | 'text' | 'base64',
}));

export const changed = rows(
  'Changed on the way',
  ...(['type', 'declared as', 'value', 'by the snapshot', 'by the stream', 'table made meanwhile', 'why'] as const),
).map((row) => ({
  type: row.type[0],
  declared: row['declared as'][0],
  value: row.value[0],
  arrives: {
    snapshot: JSON.parse(row['by the snapshot'][0]) as unknown,
    stream: JSON.parse(row['by the stream'][0]) as unknown,
    meanwhile: JSON.parse(row['table made meanwhile'][0]) as unknown,
  },
}));

export const undeclared = rows('Refused by the declaration', 'type', 'instead').map((row) => ({
  type: row.type[0],
  instead: row.instead[0],
}));

export const refused = rows('Stops the projector', 'type', 'value', 'what it is').map((row) => ({
  type: row.type[0],
  value: row.value[0],
  name: row['what it is'][0],
}));

export const stopsSnapshot = rows('Stops the connector in its snapshot', 'type', 'value', 'in the trace').map(
  (row) => ({
    type: row.type[0],
    value: row.value[0],
    trace: row['in the trace'][0],
  }),
);

export const stopsStream = rows('Stops the connector in its stream', 'table', 'statements', 'in the trace').map(
  (row) => ({
    isCaptured: row.table[0] === 'captured',
    statements: row.statements,
    trace: row['in the trace'][0],
  }),
);
