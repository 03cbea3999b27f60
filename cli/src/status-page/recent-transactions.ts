import { type ChangeEvent, formatGtid, type Operation, type TransactionMarker } from '@banyan/kit';
import type { TransactionTold } from './told.ts';

/** What is kept of transactions, so that rows find theirs that come before or after its markers. */
const mostKept = 1000;

interface Kept {
  atMs: number | null;
  /** END's, the first time it has any: after a restart of the connector it comes again without. */
  counts: ReadonlyMap<string, number> | null;
  readonly seen: Map<string, Map<Operation, number>>;
}

const words: Readonly<Record<Operation, string>> = {
  create: 'created',
  read: 'read',
  update: 'updated',
  delete: 'deleted',
  truncate: 'truncated',
};

/** The newest transactions of a connector, fed with the records of its topics; of rows it keeps how many there were. */
export class RecentTransactions {
  readonly #kept = new Map<string, Kept>();

  marker({ status, transaction, timestampMs, counts }: TransactionMarker): void {
    const gtid = formatGtid(transaction);
    const kept = this.#of(gtid);
    if (kept.atMs === null) {
      // It takes its place among the others with its first marker: these come in commit order.
      this.#kept.delete(gtid);
      this.#kept.set(gtid, kept);
    }
    kept.atMs ??= timestampMs;
    if (status === 'END' && (kept.counts === null || kept.counts.size === 0)) kept.counts = counts ?? new Map();
  }

  change({ transaction, table, operation }: ChangeEvent): void {
    if (transaction === null) return;
    const { seen } = this.#of(formatGtid(transaction));
    const operations = seen.get(table) ?? new Map<Operation, number>();
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    seen.set(table, operations);
  }

  /** The newest first; one that touched no captured table is none of them. */
  newest(limit: number): TransactionTold[] {
    const found: TransactionTold[] = [];
    for (const [gtid, { atMs, counts, seen }] of [...this.#kept].reverse()) {
      const tables = counts ?? new Map([...seen].map(([table, operations]) => [table, sum(operations)]));
      if (atMs === null || tables.size === 0) continue;
      const told = [...tables].map(([table, rows]) => ({ table, what: whatText(rows, seen.get(table)) }));
      found.push({ gtid, atMs, isOpen: counts === null, tables: told });
      if (found.length === limit) break;
    }
    return found;
  }

  #of(gtid: string): Kept {
    const known = this.#kept.get(gtid);
    if (known) return known;
    const fresh: Kept = { atMs: null, counts: null, seen: new Map() };
    this.#kept.set(gtid, fresh);
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return fresh;
  }
}

const sum = (operations: ReadonlyMap<Operation, number>): number =>
  [...operations.values()].reduce((all, one) => all + one, 0);

/** By operation when all rows were seen once: some may be older than what was read, or have come twice. */
function whatText(rows: number, operations: ReadonlyMap<Operation, number> | undefined): string {
  if (!operations || sum(operations) !== rows) return `${rows} ${rows === 1 ? 'row' : 'rows'}`;
  return [...operations].map(([operation, count]) => `${count} ${words[operation]}`).join(', ');
}
