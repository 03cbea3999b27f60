import type { Transport } from '@banyan/kit/transport';
import { wholeTopic } from './whole-topic.ts';

interface TableChange {
  readonly type?: string;
  readonly id?: string;
  readonly previousId?: string;
  readonly table?: { readonly primaryKeyColumnNames?: readonly string[] };
}

export interface SourceTable {
  readonly hasKey: boolean;
}

/**
 * The tables that the source has, `database.table`, as the connector's schema history tells them: it has the DDL of all tables of
 * the captured databases that its user may see, from the snapshot on. Null when there is no history. The message format is that of
 * Debezium 3.5 (HistoryRecord, JsonTableChangeSerializer). Throws KitError.
 */
export async function sourceTables(
  transport: Transport,
  topic: string,
): Promise<ReadonlyMap<string, SourceTable> | null> {
  const messages = await wholeTopic(transport, topic);
  if (messages === null || messages.length === 0) return null;
  const tables = new Map<string, SourceTable>();
  for (const { value } of messages) if (value) follow(tables, value);
  return tables;
}

function follow(tables: Map<string, SourceTable>, value: Uint8Array): void {
  const { tableChanges = [] } = JSON.parse(Buffer.from(value).toString('utf8')) as {
    readonly tableChanges?: readonly TableChange[];
  };
  // All names that go, then all that come: where tables are swapped, one name is both.
  for (const { type, id, previousId } of tableChanges)
    for (const gone of [previousId, type === 'DROP' ? id : undefined]) if (gone) tables.delete(nameIn(gone));
  for (const { type, id, table } of tableChanges)
    if (id && type !== 'DROP') tables.set(nameIn(id), { hasKey: table?.primaryKeyColumnNames?.length !== 0 });
}

/** `"bank"."accounts"`: quoted by TableId.toDoubleQuotedString. */
const nameIn = (id: string): string =>
  id.replaceAll(/"((?:[^"]|"")*)"/g, (_, name: string) => name.replaceAll('""', '"'));
