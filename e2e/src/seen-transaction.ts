import type { ChangeEvent, TransactionMarker } from '../../consumers/kit/src/change-event/index.ts';

/** When the connector's producer made the record, ms. */
interface Written {
  readonly timestampMs: number;
}

/** Rows by table, without the database's name; a table without rows is absent. */
export type TableCounts = Readonly<Record<string, number>>;

/** What there is in Kafka of one transaction, in the order it was written, repeated records included. */
export class SeenTransaction {
  readonly #markers: readonly (Written & { readonly marker: TransactionMarker })[];
  readonly #rows: readonly (Written & { readonly change: ChangeEvent })[];

  constructor(
    markers: readonly (Written & { readonly marker: TransactionMarker })[],
    rows: readonly (Written & { readonly change: ChangeEvent })[],
  ) {
    this.#markers = markers;
    this.#rows = rows;
  }

  /** As in `BEGIN BEGIN END`. */
  get markers(): string {
    return this.#markers.map(({ marker }) => marker.status).join(' ');
  }

  get hasEnded(): boolean {
    return this.#markers.some(({ marker }) => marker.status === 'END');
  }

  /** BEGIN came again before there was an END: the connector was disturbed in the middle. */
  get wasBegunAgain(): boolean {
    return this.markers.startsWith('BEGIN BEGIN');
  }

  /** What its END says. */
  get counted(): TableCounts {
    const counts = this.#markers.findLast(({ marker }) => marker.status === 'END')?.marker.counts ?? [];
    return Object.fromEntries([...counts].map(([table, rows]) => [withoutDatabase(table), rows]));
  }

  get sent(): TableCounts {
    return countByTable(this.#rows.map(({ change }) => change));
  }

  /** By the ms of writing: exact where the BEGIN came after a pause, as after a restart. */
  get sentSinceNewestBegin(): TableCounts {
    const since = this.#markers.findLast(({ marker }) => marker.status === 'BEGIN')?.timestampMs ?? 0;
    return countByTable(this.#rows.filter(({ timestampMs }) => timestampMs >= since).map(({ change }) => change));
  }
}

export function total(counts: TableCounts): number {
  return Object.values(counts).reduce((sum, rows) => sum + rows, 0);
}

function countByTable(rows: readonly { readonly table: string }[]): TableCounts {
  const counts: Record<string, number> = {};
  for (const { table } of rows) counts[withoutDatabase(table)] = (counts[withoutDatabase(table)] ?? 0) + 1;
  return counts;
}

const withoutDatabase = (table: string): string => table.slice(table.indexOf('.') + 1);
