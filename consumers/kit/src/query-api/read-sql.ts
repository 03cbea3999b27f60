import type { Column, ReadTable } from '../projection/declaration.ts';
import { quoted } from '../read-store/index.ts';
import { columnExpression } from './column-json.ts';
import type { Key, KeyForm } from './key.ts';
import type { KeyPath } from './key-path.ts';
import { isParkedKey, parkedCount } from './parked-sql.ts';

/** A column that must have a value, as bound to its placeholder. */
export interface Condition {
  readonly column: Column;
  readonly form: KeyForm;
  readonly value: Key;
}

export interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * Everything the source had committed up to the greater of the two times is in, so the age counts from there. By the clock of
 * the database, in the statement that reads the rows: a replica with an odd clock says the same.
 */
const ageMs = `GREATEST(0, CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED) - GREATEST(
  COALESCE(c.committed_at_ms, c.fresh_at_ms), COALESCE(c.fresh_at_ms, c.committed_at_ms)))`;
/**
 * Where the read model stands, and the mark of the commit. Some commits move offsets and no position (a TRUNCATE, rows of an
 * incremental snapshot), so the offsets are in it.
 */
const cells = (parked: string): string =>
  `c.position, c.state, c.reason, ${ageMs}, MD5(CONCAT_WS('|', c.declaration, c.position, c.partitions, ${parked}))`;
export const checkpointCells = `${cells(parkedCount)}, ${parkedCount}`;
/** The same while no key is parked, for half of what it costs the server; if one is, the last of them is not 0. */
const unparkedCells = `${cells('0')}, n.key_hash IS NOT NULL`;
export const checkpointWidth = 6;
export const checkpointSql = `SELECT ${checkpointCells} FROM banyan_checkpoint c WHERE c.projection = ?`;

const noCheckpoint = Array(checkpointWidth).fill('NULL').join(', ');
const named = (column: Column): string => `t.${quoted(column.name)}`;
const equal = ({ column, form }: Condition): string => `${named(column)} = ${form.sql}`;

/**
 * The reads of one table. Each is ONE statement, so InnoDB reads checkpoint and rows in one snapshot. A page is a UNION ALL, not
 * a join: a join repeats the checkpoint in each row, and MariaDB would sort the whole rest of the table for it instead of
 * walking the key. The join in its first part never finds a row; it gives the rows their types.
 */
export class ReadSql {
  readonly #projection: string;
  readonly #table: ReadTable;
  readonly #key: KeyPath;
  readonly #columns: string;
  readonly #unparked = new Map<string, string>();

  constructor(projection: string, table: ReadTable, key: KeyPath) {
    this.#projection = projection;
    this.#table = table;
    this.#key = key;
    this.#columns = table.columns.map(columnExpression).join(', ');
  }

  /**
   * The checkpoint with each row of these keys that is there, or once, with NULLs, when there is none; of several keys only where a
   * key is one column. Of use while no key is parked: else its last checkpoint cell is 1, and rows may be missing.
   */
  rows(keys: readonly (readonly Key[])[], owner: Condition | null): Query {
    const values: unknown[] = keys.flat();
    if (owner) values.push(owner.value);
    values.push(this.#projection);
    const form = `${keys.length} ${owner?.column.name ?? ''}`;
    const sql = this.#unparked.get(form) ?? this.#rowsSql(keys.length, owner);
    this.#unparked.set(form, sql);
    return { sql, values };
  }

  #rowsSql(count: number, owner: Condition | null): string {
    const { columns, forms } = this.#key;
    const conditions = columns.map(
      (column, index) => `${named(column)} IN (${Array(count).fill(forms[index]!.sql).join(', ')})`,
    );
    if (owner) conditions.push(equal(owner));
    return `SELECT ${unparkedCells}, ${this.#columns} FROM banyan_checkpoint c
     LEFT JOIN ${quoted(this.#table.name)} t ON ${conditions.join(' AND ')}
     LEFT JOIN banyan_parked n ON n.projection = c.projection WHERE c.projection = ? LIMIT ${count}`;
  }

  /**
   * The checkpoint and one row, or NULLs, and behind them since when the key is parked and for what, NULL when it is not. A row that does
   * not meet `owner` is read and left out like one that is not there.
   */
  parked(key: readonly Key[], owner: Condition | null): Query {
    const { columns, forms } = this.#key;
    const conditions = columns.map((column, index) => ({ column, form: forms[index]!, value: key[index]! }));
    const parked = `(SELECT JSON_ARRAY(k.since_position, k.code) FROM banyan_parked k WHERE k.projection = c.projection
       AND k.table_name = ? AND ${isParkedKey(this.#key, (_, index) => forms[index]!.sql)} LIMIT 1)`;
    if (owner) conditions.push(owner);
    return {
      sql: `SELECT ${checkpointCells}, ${this.#columns}, ${parked} FROM banyan_checkpoint c
     LEFT JOIN ${quoted(this.#table.name)} t ON ${conditions.map(equal).join(' AND ')} WHERE c.projection = ?`,
      values: [this.#table.name, ...key, ...conditions.map(({ value }) => value), this.#projection],
    };
  }

  /** The checkpoint, and rows in key order that meet every condition; none of a parked key. */
  page(conditions: readonly Condition[], after: readonly Key[] | null, limit: number): Query {
    const name = quoted(this.#table.name);
    const keys = this.#key.columns.map(named);
    const beyond = after && this.#beyond(after);
    const parked = `NOT EXISTS (SELECT 1 FROM banyan_parked k WHERE k.projection = ? AND k.table_name = ?
       AND ${isParkedKey(this.#key, named)})`;
    const where = [...conditions.map(equal), ...(beyond ? [beyond.sql] : []), parked].join(' AND ');
    return {
      sql: `SELECT ${checkpointCells}, ${this.#columns} FROM banyan_checkpoint c LEFT JOIN ${name} t ON ${keys[0]} = NULL
     WHERE c.projection = ? UNION ALL (SELECT ${noCheckpoint}, ${this.#columns} FROM ${name} t WHERE ${where}
     ORDER BY ${keys.join(', ')} LIMIT ?)`,
      values: [
        this.#projection,
        ...conditions.map(({ value }) => value),
        ...(beyond?.values ?? []),
        ...[this.#projection, this.#table.name, limit],
      ],
    };
  }

  /** `(a, b) > (?, ?)` in the form of which MariaDB makes ranges of the index: it makes none of a comparison of rows. */
  #beyond(after: readonly Key[]): Query {
    const { columns, forms } = this.#key;
    const values: Key[] = [];
    const ranges = columns.map((column, last) => {
      values.push(...after.slice(0, last + 1));
      const equals = columns.slice(0, last).map((one, index) => `${named(one)} = ${forms[index]!.sql}`);
      return [...equals, `${named(column)} > ${forms[last]!.sql}`].join(' AND ');
    });
    return { sql: ranges.length === 1 ? ranges[0]! : `(${ranges.map((one) => `(${one})`).join(' OR ')})`, values };
  }
}
