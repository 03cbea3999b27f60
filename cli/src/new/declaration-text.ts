import type { DirtyDraft, Draft, QueryDraft, TableDraft } from './draft.ts';
import { isIdentifier } from './names.ts';

/** `src/projection.ts`: the declaration as a person would have written it, with what was left out and why. */
export function declarationText({ name, about, tables, query }: Draft): string {
  const kind = query ? 'query' : 'mirror';
  const lines = [
    `import { ${kind} } from '@banyan/kit';`,
    '',
    `/** ${about.replaceAll('*/', '* /')} */`,
    `export const projection = ${kind}({`,
    `  name: ${quoted(name)},`,
    `  ${query ? 'from' : 'tables'}: {`,
    ...tables.flatMap(tableLines),
    '  },',
    ...(query ? ['  tables: {', ...queryLines(query), '  },'] : []),
    '});',
    '',
  ];
  return lines.join('\n');
}

function tableLines({ name, source, why, key, path, filters, indexes, columns, leftOut }: TableDraft): string[] {
  return [
    ...(why ? [`    // ${why}.`] : []),
    `    ${property(name)}: {`,
    `      source: ${quoted(source)},`,
    `      key: ${list(key)},`,
    ...(path === null ? [] : [`      path: ${quoted(path)},`]),
    ...(filters.length === 0 ? [] : [`      filters: ${list(filters)},`]),
    ...(indexes.length === 0 ? [] : [`      indexes: [${indexes.map(list).join(', ')}],`]),
    '      columns: {',
    ...columns.map(({ name: column, type, from }) =>
      column === from
        ? `        ${property(column)}: ${quoted(type)},`
        : `        ${property(column)}: { type: ${quoted(type)}, from: ${quoted(from)} },`,
    ),
    ...leftOut.map((one) => `        // ${one.what} is left out: ${one.why}.`),
    '      },',
    '    },',
  ];
}

function queryLines({ name, path, key, group, filters, columns, select, dirty }: QueryDraft): string[] {
  return [
    `    ${property(name)}: {`,
    ...(path === null ? [] : [`      path: ${quoted(path)},`]),
    `      key: ${list(key)},`,
    `      group: ${list(group)},`,
    ...(filters.length === 0 ? [] : [`      filters: ${list(filters)},`]),
    '      columns: {',
    ...columns.map((column) => `        ${property(column.name)}: ${quoted(column.type)},`),
    '      },',
    ...sqlLines('      select: ', select, ','),
    '      dirty: {',
    ...dirty.flatMap(ruleLines),
    '      },',
    '    },',
  ];
}

function ruleLines({ table, rule, why }: DirtyDraft): string[] {
  const comment = why
    ? [`        // Every change of it makes all groups dirty: ${why}. Dear where it is large; a rule would be better.`]
    : [];
  if (typeof rule !== 'string') {
    const pairs = Object.entries(rule).map(([column, own]) => `${property(column)}: ${quoted(own)}`);
    return [`        ${property(table)}: { ${pairs.join(', ')} },`];
  }
  if (rule === 'all' || rule === 'none') return [...comment, `        ${property(table)}: '${rule}',`];
  return sqlLines(`        ${property(table)}: `, rule, ',');
}

/** One line in quotes, or a template over several. */
function sqlLines(before: string, sql: string, after: string): string[] {
  const line = `${before}${quoted(sql)}${after}`;
  if (!sql.includes('\n') && line.length <= 118) return [line];
  const indent = `${' '.repeat(before.search(/\S/))}  `;
  const text = sql.replaceAll(/[\\`]|\$\{/g, '\\$&').split('\n');
  return [`${before}\``, ...text.map((one) => `${indent}${one}`.trimEnd()), `${indent.slice(2)}\`${after}`];
}

const property = (name: string): string => (isIdentifier(name) ? name : quoted(name));
const list = (names: readonly string[]): string => `[${names.map(quoted).join(', ')}]`;

/** As a text of TypeScript, in the quotes that need fewer escapes. */
export function quoted(text: string): string {
  const json = JSON.stringify(text);
  return text.includes("'") && !text.includes('"')
    ? json
    : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
