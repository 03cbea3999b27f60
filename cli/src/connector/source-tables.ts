import { KitError } from '@banyan/kit';
import type { Transport } from '@banyan/kit/transport';

const silentMs = 5000;

interface HistoryRecord {
  readonly tableChanges?: readonly { readonly type?: string; readonly id?: string; readonly previousId?: string }[];
}

/**
 * The tables that the source has, `database.table`, as the connector's schema history tells them: it has the DDL of all tables of
 * the captured databases that its user may see, from the snapshot on. Null when there is no history. The message format is that of
 * Debezium 3.5 (HistoryRecord, JsonTableChangeSerializer). Throws KitError.
 */
export async function sourceTables(transport: Transport, topic: string): Promise<ReadonlySet<string> | null> {
  if (!(await transport.topics()).includes(topic)) return null;
  const [range] = (await transport.describe([topic])).get(topic) ?? [];
  if (!range || range.high === range.low) return null;
  const tables = new Set<string>();
  const reader = await transport.read([{ topic, partition: range.partition, offset: range.low }]);
  try {
    for (let offset = range.low; offset < range.high; ) {
      const chunks = await reader.next(silentMs);
      // What is half read would have tables missing that are there.
      if (chunks.length === 0)
        throw new KitError('kafka-unreachable', `Kafka sends nothing of ${topic} from ${offset} on`);
      for (const { messages, nextOffset } of chunks) {
        for (const { value } of messages) if (value) follow(tables, value);
        offset = nextOffset;
      }
    }
  } finally {
    await reader.close();
  }
  return tables;
}

function follow(tables: Set<string>, value: Uint8Array): void {
  const { tableChanges = [] } = JSON.parse(Buffer.from(value).toString('utf8')) as HistoryRecord;
  // All names that go, then all that come: where tables are swapped, one name is both.
  for (const { type, id, previousId } of tableChanges)
    for (const gone of [previousId, type === 'DROP' ? id : undefined]) if (gone) tables.delete(nameIn(gone));
  for (const { type, id } of tableChanges) if (id && type !== 'DROP') tables.add(nameIn(id));
}

/** `"bank"."accounts"`: quoted by TableId.toDoubleQuotedString. */
const nameIn = (id: string): string =>
  id.replaceAll(/"((?:[^"]|"")*)"/g, (_, name: string) => name.replaceAll('""', '"'));
