import type { Session } from '@banyan/kit';
import type { Kind, Place } from '../finding.ts';
import type { SourceColumn, SourceTable } from './schema.ts';
import { type Look, TableReader } from './table-reader.ts';
import type { Unseen } from './unseen.ts';

/** What is looked for in rows. */
export interface ValueCheck extends Kind {
  readonly suits: (column: SourceColumn) => boolean;
  /** A condition in SQL on the quoted name of a column. */
  readonly condition: (name: string) => string;
  /** A condition that an index on the column answers for the whole table; it may hold for fewer values than the other. */
  readonly range?: (name: string) => string;
}

export interface ValueFound {
  readonly check: ValueCheck;
  readonly place: Place;
}

export interface ValueFacts {
  readonly found: readonly ValueFound[];
  /** Rows of the user's tables that the server has read for it, by its own count. */
  readonly rowsRead: number;
  readonly tablesRead: number;
}

/** Of one table no more than this is read, by the average length of its rows. */
const bytesOfTable = 64 * 1024 * 1024;

export interface ValueLimits {
  /** Over all tables. */
  readonly rows: number;
  /** Epoch milliseconds after which no further table is begun. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/**
 * Reads the columns that may hold what is looked for: for the whole table where an index answers it, one row; else the ends of the
 * table by primary key. No lock but the one on the table's definition that each SELECT takes; each statement in a transaction of its own.
 */
export async function valueFacts(
  session: Session,
  tables: readonly SourceTable[],
  checks: readonly ValueCheck[],
  limits: ValueLimits,
  unseen: Unseen,
  say: (text: string) => void,
): Promise<ValueFacts> {
  const before = await rowsRead(session);
  const wanted = tables
    .map((table) => ({ table, looks: looksAt(table, checks) }))
    .filter(({ table, looks }) => looks.length > 0 && table.kind !== 'SEQUENCE' && isHere(table, unseen));
  const found: ValueFound[] = [];
  let [left, tablesRead] = [limits.rows, 0];
  for (const [index, { table, looks }] of wanted.entries()) {
    limits.signal.throwIfAborted();
    const indexed = looks.filter(({ index: name, check }) => name !== null && check.range);
    const share = Math.floor(left / (wanted.length - index)) - indexed.length;
    if (share < 1 || Date.now() > limits.until) {
      const why = share < 1 ? 'the rows that may be read are read (--rows-read)' : 'the time is up (--timeout)';
      unseen.push({ what: `values of ${wanted.length - index} tables from ${table.id} on`, why });
      break;
    }
    if (index % 25 === 0) say(`values of ${table.id}, table ${index + 1} of ${wanted.length}`);
    const reader = new TableReader(session, table, unseen);
    for (const look of indexed) found.push(...(await reader.byIndex(look)));
    found.push(...(await reader.ends(looks, Math.min(share, rowsOf(table)))));
    left -= reader.rowsSpent;
    tablesRead += 1;
  }
  return { found: merged(found), rowsRead: (await rowsRead(session)) - before, tablesRead };
}

/** What another server or a file answers for, LIMIT does not bound. */
function isHere({ id, engine }: SourceTable, unseen: Unseen): boolean {
  if (/^(?:InnoDB|ROCKSDB|MyISAM|Aria|MEMORY)$/i.test(engine)) return true;
  unseen.push({
    what: `values of ${id}`,
    why: `its engine is ${engine}, which may read elsewhere, and without a limit`,
  });
  return false;
}

const looksAt = (table: SourceTable, checks: readonly ValueCheck[]): Look[] =>
  table.columns.flatMap((column) =>
    checks
      .filter(({ suits }) => suits(column))
      .map((check) => ({
        check,
        column,
        index: table.indexes.find(({ columns, isOrdered }) => isOrdered && columns[0] === column.name)?.name ?? null,
      })),
  );

const rowsOf = ({ rowBytes }: SourceTable): number => Math.max(2, Math.floor(bytesOfTable / Math.max(1, rowBytes)));

/** Without what temporary tables cost: https://mariadb.com/kb/en/server-status-variables/#rows_read */
async function rowsRead(session: Session): Promise<number> {
  const [row] = await session.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Rows_read'");
  return Number(row!.Value);
}

/** What an index and the rows have both found is one finding. */
function merged(found: readonly ValueFound[]): ValueFound[] {
  const byPlace = Map.groupBy(found, ({ check, place }) => `${check.code} ${place.where}`);
  return [...byPlace.values()].map((same) => same.find(({ place }) => place.what !== undefined) ?? same[0]!);
}
