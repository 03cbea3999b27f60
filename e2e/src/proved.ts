import { prove } from '@banyan/kit';
import { onDatabase } from '@banyan/kit/testkit';
import type { Bridge } from './bridge.ts';
import { projectionNamed } from './projections/index.ts';

/** Source and read model compared row by row, at one GTID, by the kit's own proof. */
export async function proved({ name, stack }: Bridge, projection: string, database = name): ReturnType<typeof prove> {
  const [source, read] = [await stack.rootAccess('source-db'), await stack.rootAccess('read-db')];
  return prove({
    projection: onDatabase(await projectionNamed(projection), name),
    source,
    database: { ...read, database },
  });
}
