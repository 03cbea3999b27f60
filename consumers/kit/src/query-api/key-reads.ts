import type { Cell } from './column-json.ts';
import { integerRange } from './column-json.ts';
import type { Key } from './key.ts';
import type { ReadPool } from './read-pool.ts';
import type { Condition } from './read-sql.ts';
import type { ServedTable } from './served-table.ts';

/** The first cells of `standing` are the checkpoint of the snapshot that the row was read in; none: there is no checkpoint. */
export interface KeyRead {
  readonly standing: readonly Cell[] | undefined;
  /** The row, behind the cells of a checkpoint; null when there is none. */
  readonly cells: readonly Cell[] | null;
}

interface Asked {
  readonly key: readonly Key[];
  readonly resolve: (read: KeyRead) => void;
  readonly reject: (error: unknown) => void;
}

/** How many keys a statement takes, so that few have to be prepared. */
const sizes = [1, 2, 4, 8, 16];
const most = sizes.at(-1)!;

/**
 * Rows by key, while no key is parked. Keys of a table that are asked for in one turn of the event loop are read by one statement, in
 * one snapshot: nobody waits for it, and a busy service costs its database a fraction. Only keys whose row is known again by its text.
 */
export class KeyReads {
  readonly #pool: ReadPool;
  readonly #asked = new Map<ServedTable, Asked[]>();

  constructor(pool: ReadPool) {
    this.#pool = pool;
  }

  read(served: ServedTable, key: readonly Key[], owner: Condition | null): Promise<KeyRead> {
    if (owner || !isKnownAgain(served)) return this.#single(served, key, owner);
    return new Promise((resolve, reject) => {
      const asked = this.#asked.get(served);
      if (asked) return void asked.push({ key, resolve, reject });
      if (this.#asked.size === 0) setImmediate(() => this.#send());
      this.#asked.set(served, [{ key, resolve, reject }]);
    });
  }

  async #single(served: ServedTable, key: readonly Key[], owner: Condition | null): Promise<KeyRead> {
    const { sql, values } = served.sql.rows([key], owner);
    const [standing] = await this.#pool.read(sql, values);
    return { standing, cells: standing && served.keyOf(standing) !== null ? standing : null };
  }

  #send(): void {
    const all = [...this.#asked];
    this.#asked.clear();
    for (const [served, asked] of all)
      for (let from = 0; from < asked.length; from += most) void this.#together(served, asked.slice(from, from + most));
  }

  async #together(served: ServedTable, asked: readonly Asked[]): Promise<void> {
    const keys = asked.map(({ key }) => key);
    while (!sizes.includes(keys.length)) keys.push(keys[0]!);
    const { sql, values } = served.sql.rows(keys, null);
    try {
      const rows = await this.#pool.read(sql, values);
      const byKey = new Map(rows.map((cells) => [served.keyOf(cells), cells]));
      for (const { key, resolve } of asked) resolve({ standing: rows[0], cells: byKey.get(String(key[0])) ?? null });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

const isKnownAgain = ({ key: { columns } }: ServedTable): boolean =>
  columns.length === 1 && columns[0]!.type.base !== 'year' && integerRange(columns[0]!.type) !== null;
