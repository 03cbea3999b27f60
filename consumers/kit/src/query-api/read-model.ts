import type { Projection } from '../projection/declaration.ts';
import type { Cell } from './column-json.ts';
import type { Key } from './key.ts';
import { KeyReads } from './key-reads.ts';
import type { ReadPool } from './read-pool.ts';
import { type Condition, checkpointSql } from './read-sql.ts';
import type { JsonRow, ServedTable } from './served-table.ts';

/** How the read model stood in the snapshot that the rows were read in. */
export interface Standpoint {
  /** Every GTID up to here is in the rows; null while filling. */
  readonly gtid: string | null;
  /** How long ago the source may have committed something that is not in; null when that is not known. */
  readonly ageMs: number | null;
  /** As the projector last wrote it down. */
  readonly state: string;
  readonly reason: string | null;
  /** Another one after each commit of the projector, and for another declaration. */
  readonly mark: string;
  /** Keys of which that is not so, because somebody has parked them. */
  readonly parkedKeys: number;
}

export interface Parked {
  /** The row was true up to here; null: it never was. */
  readonly since: string | null;
  readonly code: string;
}

export interface One {
  readonly standpoint: Standpoint;
  readonly row: JsonRow | null;
  /** Its key is parked: the row is not true. */
  readonly parked: Parked | null;
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
  readonly #keys: KeyReads;
  /** When it was last read; each answer finds out for itself. */
  #areParked = false;

  constructor(projection: Projection, pool: ReadPool) {
    this.#projection = projection.name;
    this.#pool = pool;
    this.#keys = new KeyReads(pool);
  }

  async standpoint(): Promise<Standpoint> {
    const [cells] = await this.#pool.read(checkpointSql, [this.#projection]);
    return standpointOf(cells);
  }

  /** A row that `owner` leaves out is null, as one that is not there. */
  async one(served: ServedTable, key: readonly Key[], owner: Condition | null): Promise<One> {
    if (!this.#areParked) {
      const { standing, cells } = await this.#keys.read(served, key, owner);
      const standpoint = standpointOf(standing);
      this.#areParked = standpoint.parkedKeys > 0;
      if (!this.#areParked) return { standpoint, row: cells ? served.row(cells) : null, parked: null };
    }
    return await this.#oneOfParked(served, key, owner);
  }

  async #oneOfParked(served: ServedTable, key: readonly Key[], owner: Condition | null): Promise<One> {
    const { sql, values } = served.sql.parked(key, owner);
    const [cells] = await this.#pool.read(sql, values);
    const found = cells !== undefined && served.keyOf(cells) !== null;
    const parked = (cells?.at(-1) ?? null) as string | null;
    const [since, code] = parked === null ? [] : (JSON.parse(parked) as [string | null, string]);
    const standpoint = standpointOf(cells);
    this.#areParked = standpoint.parkedKeys > 0;
    return {
      standpoint,
      row: found ? served.row(cells) : null,
      // Whose row it is, only the row says.
      parked: code === undefined || (owner && !found) ? null : { since: since ?? null, code },
    };
  }

  async page(
    served: ServedTable,
    conditions: readonly Condition[],
    after: readonly Key[] | null,
    limit: number,
  ): Promise<Page> {
    const { sql, values } = served.sql.page(conditions, after, limit + 1);
    const cells = await this.#pool.read(sql, values);
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
const unmade: Standpoint = { gtid: null, ageMs: null, state: 'starting', reason: null, mark: '', parkedKeys: 0 };

export function standpointOf(cells: readonly Cell[] | undefined): Standpoint {
  if (cells === undefined) return unmade;
  const [gtid, state, reason, ageMs, mark, parkedKeys] = cells as [
    string,
    string,
    string,
    string | null,
    string,
    unknown,
  ];
  return { gtid, ageMs: ageMs === null ? null : Number(ageMs), state, reason, mark, parkedKeys: Number(parkedKeys) };
}
