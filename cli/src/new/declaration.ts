import { type MirrorTableDeclaration, mirror, type Projection, type QueryDeclaration, query } from '@banyan/kit';
import type { Draft, TableDraft } from './draft.ts';

/** The projection that the draft is, checked by the kit. Throws KitError `declaration` that names the place. */
export function projectionOf({ name, tables, query: asked }: Draft): Projection {
  const declared = Object.fromEntries(tables.map((table) => [table.name, declaredTable(table)]));
  if (!asked) return mirror({ name, tables: declared });
  const table: QueryDeclaration['tables'][string] = {
    ...{ key: asked.key, group: asked.group, select: asked.select },
    ...(asked.path !== null && { path: asked.path, filters: asked.filters }),
    columns: Object.fromEntries(asked.columns.map((column) => [column.name, column.type])),
    dirty: Object.fromEntries(asked.dirty.map((one) => [one.table, one.rule])),
  };
  return query({ name, from: declared, tables: { [asked.name]: table } });
}

function declaredTable({ source, key, path, filters, indexes, columns }: TableDraft): MirrorTableDeclaration {
  return {
    ...{ source, key },
    ...(path !== null && { path }),
    ...(filters.length > 0 && { filters }),
    ...(indexes.length > 0 && { indexes }),
    columns: Object.fromEntries(
      columns.map(({ name, type, from }) => [name, name === from ? type : { type, from }] as const),
    ),
  };
}
