/**
 * A message of `<topic.prefix>.histories`: a table was added to a running connector. `begun` is written before its topic is made,
 * `whole` when Kafka has each row that it had then; the newest of a table counts. Of a table without one the initial snapshot has all.
 */
export interface History {
  /** `database.table`. */
  readonly table: string;
  readonly state: 'begun' | 'whole';
  /** Who wrote it has stopped the connector for it, or is about to. */
  readonly isStopped: boolean;
  /** Where the connector's notifications ended then: what became of it stands behind that. */
  readonly notifiedFrom: bigint;
}

export function encodeHistory({ table, state, isStopped, notifiedFrom }: History): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, table, state, isStopped, notifiedFrom: String(notifiedFrom) }));
}

/** Throws RangeError when it is none. */
export function decodeHistory(bytes: Uint8Array): History {
  const { v, table, state, isStopped, notifiedFrom } = parsed(bytes);
  const isKnown = state === 'begun' || state === 'whole';
  if (v !== 1 || typeof table !== 'string' || typeof notifiedFrom !== 'string' || !isKnown)
    throw new RangeError('it is no history of version 1');
  return { table, state, isStopped: isStopped === true, notifiedFrom: BigInt(notifiedFrom) };
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // Not told what it is: there may be anything in it.
  }
  throw new RangeError('it is no JSON object');
}
