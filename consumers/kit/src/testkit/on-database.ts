import type { Projection } from '../projection/index.ts';

/** The same projection over tables of the same names in another database of the source. */
export function onDatabase(projection: Projection, database: string): Projection {
  const moved = (source: string) => `${database}.${source.slice(source.indexOf('.') + 1)}`;
  return {
    ...projection,
    tables: projection.tables.map((table) => ({ ...table, source: moved(table.source) })),
    queries: projection.queries.map((query) => ({
      ...query,
      dirty: new Map([...query.dirty].map(([source, rule]) => [moved(source), rule])),
    })),
  };
}
