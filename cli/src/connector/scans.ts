import { notificationsOf } from '@banyan/connectors';
import { KitError, type Schemas, schemaIdIn } from '@banyan/kit';
import type { Transport } from '@banyan/kit/transport';
import { wholeTopic } from './whole-topic.ts';

/** What the connector says of a table of an incremental snapshot when it is done with it. */
export interface TableScan {
  /** `database.table`. */
  readonly table: string;
  /** SUCCEEDED and EMPTY, when all of it was read; with all others it goes on without it. */
  readonly status: string;
  /** Of the notification. */
  readonly offset: bigint;
}

interface Notification {
  readonly aggregate_type: string;
  readonly type: string;
  readonly additional_data: Readonly<Record<string, string>> | null;
}

const bodyAt = 5;

/**
 * The scans that the connector has told of from an offset of its notifications on, in order. Debezium 3.5
 * (IncrementalSnapshotNotificationService): `scanned_collection` and `status`; its count of rows begins anew with each start of the task. Throws KitError.
 */
export async function scansIn(transport: Transport, schemas: Schemas, prefix: string, from: bigint) {
  const scans: TableScan[] = [];
  for (const { value, offset } of (await wholeTopic(transport, notificationsOf(prefix), from)) ?? []) {
    const id = value && schemaIdIn(value);
    if (!value || id === null) continue;
    if (!schemas.known(id)) await schemas.fetch(id);
    const { aggregate_type, type, additional_data } = schemas.known(id)!(value, bodyAt) as Notification;
    if (aggregate_type !== 'Incremental Snapshot' || type !== 'TABLE_SCAN_COMPLETED') continue;
    const told = additional_data ?? {};
    if (!told.scanned_collection || !told.status)
      throw new KitError(
        'undecodable',
        `${notificationsOf(prefix)} at offset ${offset}: it does not say of which table`,
      );
    scans.push({ table: told.scanned_collection, status: told.status, offset });
  }
  return scans;
}
