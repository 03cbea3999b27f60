import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Field {
  readonly name: string;
  readonly type: readonly ['null', { readonly fields: readonly Field[] }] | unknown;
}

const folder = join(import.meta.dirname, '../../schemas/avro');
const required = new Set(
  readdirSync(folder)
    .filter((name) => name.endsWith('-value.json'))
    .flatMap((name) => {
      const { fields } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { fields: readonly Field[] };
      const before = fields.find((field) => field.name === 'before')?.type as [string, { fields: Field[] }] | undefined;
      const table = name.slice(name.indexOf('.') + 1, -'-value.json'.length);
      const columns = before?.[1].fields.filter(({ type }) => !Array.isArray(type)) ?? [];
      return columns.map((column) => `${table}.${column.name}`);
    }),
);

/** Whether the bank's column may be NULL, by the captured contract; of a table that it does not have, yes. */
export const isNullable = (source: string, column: string): boolean => !required.has(`${source}.${column}`);
