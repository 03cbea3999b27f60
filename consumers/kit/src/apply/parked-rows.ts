import type { ChangeEvent, Row } from '../change-event/index.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import { keyTextOf, type ParkedKey } from '../read-store/parked.ts';
import type { Session } from '../read-store/session.ts';

interface Parked {
  readonly isReleased: boolean;
  /** Left out, and not written down yet. */
  changes: number;
  isTrueAgain: boolean;
}

/** Leaves the changes of parked keys out, and counts them; a key that was released is no longer parked with its first change. */
export class ParkedRows {
  readonly #projection: string;
  readonly #tables = new Map<string, Map<string, Parked>>();

  constructor(projection: string, keys: readonly ParkedKey[]) {
    this.#projection = projection;
    for (const { table, key, isReleased } of keys) {
      const ofTable = this.#tables.get(table) ?? new Map<string, Parked>();
      this.#tables.set(table, ofTable.set(key, { isReleased, changes: 0, isTrueAgain: false }));
    }
  }

  get isNone(): boolean {
    return this.#tables.size === 0;
  }

  /** The changes that are to be applied. Of one that gives a row another key, the half that is not parked. */
  without(table: MirrorTable, changes: readonly ChangeEvent[]): readonly ChangeEvent[] {
    const parked = this.#tables.get(table.name);
    if (!parked) return changes;
    const isParked = (row: Row | null): boolean => {
      const one = row && parked.get(keyTextOf(table, row) ?? '');
      if (!one) return false;
      if (one.isReleased) one.isTrueAgain = true;
      else one.changes++;
      return !one.isReleased;
    };
    return changes.flatMap((change): ChangeEvent[] => {
      if (change.operation === 'truncate') {
        for (const one of parked.values()) one.isTrueAgain ||= one.isReleased;
        return [change];
      }
      const { before, after } = change;
      const isSameRow = before && after && keyTextOf(table, before) === keyTextOf(table, after);
      if (isSameRow) return isParked(after) ? [] : [change];
      const [isFromParked, isToParked] = [isParked(before), isParked(after)];
      if (!isFromParked && !isToParked) return [change];
      if (before && !isFromParked) return [{ ...change, operation: 'delete', after: null }];
      return after && !isToParked ? [{ ...change, operation: 'create', before: null }] : [];
    });
  }

  /** Rows that are put right, though nothing may be left to change in them. */
  corrected(table: MirrorTable, rows: readonly { readonly key: Row }[]): void {
    const parked = this.#tables.get(table.name);
    for (const { key } of parked ? rows : []) {
      const one = parked!.get(keyTextOf(table, key) ?? '');
      if (one) one.isTrueAgain ||= one.isReleased;
    }
  }

  /** Writes down what was counted, in the transaction of the rows. */
  async write(session: Session): Promise<void> {
    for (const [table, keys] of this.#tables)
      for (const [key, one] of keys) {
        const where = [this.#projection, table, key];
        const condition = 'projection = ? AND table_name = ? AND key_hash = MD5(?)';
        if (one.isTrueAgain) {
          await session.run(`DELETE FROM banyan_parked WHERE ${condition}`, where);
          keys.delete(key);
        } else if (one.changes > 0) {
          await session.run(`UPDATE banyan_parked SET changes = changes + ? WHERE ${condition}`, [
            one.changes,
            ...where,
          ]);
          one.changes = 0;
        }
      }
  }
}
