import { type ColumnOf, columnsOf } from './columns.ts';
import type { Contract } from './files.ts';
import type { Subjects } from './subjects.ts';

/** The TypeScript of a contract: a row and a key type per table, and the names of topics and subjects. */
export function rowsText(contract: Contract, { transactions, tables }: Subjects): string {
  const present = [...tables].filter(([, { value }]) => contract.has(value));
  const names = new Map(present.map(([table]) => [table, pascal(table)]));
  const twice = [...names].find(([table, name]) =>
    [...names].some(([other, same]) => other !== table && same === name),
  );
  if (twice)
    throw new Error(`two tables would both be called ${twice[1]} in TypeScript, one of them ${twice[0]}; rename one`);
  const types = present.map(([table, { key, value }]) => {
    const name = names.get(table)!;
    const keyed = contract.has(key) ? typeText(`${name}Key`, `The key of ${table}.`, columnsOf(contract.get(key))) : '';
    return `${typeText(`${name}Row`, `A row of ${table}.`, columnsOf(contract.get(value)))}${keyed}`;
  });
  const entries = present.map(([table, subjects]) =>
    tableText(table, subjects, columnsOf(contract.get(subjects.value))),
  );
  const rows = present.map(([table]) => `  readonly ${property(table)}: ${names.get(table)};\n`);
  return `// Made from schemas/avro by: banyan schemas capture. Not to be edited.

${types.join('')}/** Row types by \`database.table\`. */
export interface Rows {
${rows.join('').replaceAll(/;\n/g, 'Row;\n')}}

/** BEGIN and END of every transaction. */
export const transactionTopic = ${quoted(transactions)};

/** The captured tables by \`database.table\`: topic, subjects, and what each column is in JavaScript. */
export const tables = {
${entries.join('')}} as const;
`;
}

function typeText(name: string, doc: string, columns: readonly ColumnOf[]): string {
  const lines = columns.map((column) => {
    const remark = column.remark === null ? '' : `  /** ${column.remark.replaceAll('*/', '* /')} */\n`;
    return `${remark}  readonly ${property(column.name)}: ${column.type}${column.nullable ? ' | null' : ''};\n`;
  });
  // An interface would not be assignable to the kit's Row, which has an index signature.
  return `/** ${doc} */\nexport type ${name} = {\n${lines.join('')}};\n\n`;
}

function tableText(
  table: string,
  { topic, key, value }: { readonly topic: string; readonly key: string; readonly value: string },
  columns: readonly ColumnOf[],
): string {
  const lines = columns.map(
    ({ name, type, nullable }) => `      ${property(name)}: { type: ${quoted(type)}, nullable: ${nullable} },\n`,
  );
  return `  ${property(table)}: {
    topic: ${quoted(topic)},
    keySubject: ${quoted(key)},
    valueSubject: ${quoted(value)},
    columns: {
${lines.join('')}    },
  },
`;
}

const pascal = (table: string): string =>
  table
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
    .replace(/^(?=\d)/, '_');

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const property = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));
