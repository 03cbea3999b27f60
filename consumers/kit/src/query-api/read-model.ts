import type { Projection } from '../projection/declaration.ts';
import type { Cell } from './column-json.ts';
import type { Key } from './key.ts';
import type { ReadPool } from './read-pool.ts';
import { checkpointSql, type JsonRow, type ServedTable } from './served-table.ts';

/** How the read model stood in the snapshot that the rows were read in. */
export interface Standpoint {
  /** Every GTID up to here is in the rows; null while filling. */
  readonly gtid: string | null;
  /** How long ago the source may have committed something that is not in; null when that is not known. */
  readonly ageMs: number | null;
  /** As the projector last wrote it down. */
  readonly state: string;
  readonly reason: string | null;
}

export interface Page {
  readonly standpoint: Standpoint;
  readonly rows: readonly JsonRow[];
  /** The key to go on after; null at the end. */
  readonly next: string | null;
}

/** Reads of one read model. Each is one statement, so the standpoint is true for exactly the rows it comes with. */
export class ReadModel {
  readonly #projection: string;
  readonly #pool: ReadPool;

  constructor(projection: Projection, pool: ReadPool) {
    this.#projection = projection.name;
    this.#pool = pool;
  }

  async standpoint(): Promise<Standpoint> {
    const [cells] = await this.#pool.read(checkpointSql, [this.#projection]);
    return standpointOf(cells);
  }

  async one(served: ServedTable, key: Key): Promise<{ standpoint: Standpoint; row: JsonRow | null }> {
    const [cells] = await this.#pool.read(served.oneSql, [key, this.#projection]);
    const found = cells !== undefined && served.keyOf(cells) !== null;
    return { standpoint: standpointOf(cells), row: found ? served.row(cells) : null };
  }

  async page(served: ServedTable, after: Key | null, limit: number): Promise<Page> {
    const cells =
      after === null
        ? await this.#pool.read(served.firstPageSql, [this.#projection, limit + 1])
        : await this.#pool.read(served.nextPageSql, [this.#projection, after, limit + 1]);
    const head = cells[0] && served.keyOf(cells[0]) === null ? cells.shift() : undefined;
    const more = cells.length > limit;
    if (more) cells.pop();
    return {
      standpoint: standpointOf(head),
      rows: cells.map(served.row),
      next: more ? served.keyOf(cells.at(-1)!) : null,
    };
  }
}

/** No checkpoint at all: the projector has not made one yet. */
const unmade: Standpoint = { gtid: null, ageMs: null, state: 'starting', reason: null };

function standpointOf(cells: readonly Cell[] | undefined): Standpoint {
  if (cells === undefined) return unmade;
  const [gtid, state, reason, ageMs] = cells as [string | null, string, string | null, string | null];
  return { gtid, ageMs: ageMs === null ? null : Number(ageMs), state, reason };
}
