/**
 * A message of `<topic.prefix>.histories`: a table was added to a running connector. `begun` is written before its topic is made,
 * `whole` when Kafka has each row that it had then; the newest of a table counts. Of a table without one the initial snapshot has all.
 */
export interface History {
  /** `database.table`. */
  readonly table: string;
  readonly state: 'begun' | 'whole';
  /** Of the incremental snapshot that brings it. */
  readonly id: string;
}

export function encodeHistory({ table, state, id }: History): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, table, state, id }));
}

/** Throws RangeError when it is none. */
export function decodeHistory(bytes: Uint8Array): History {
  const { v, table, state, id } = parsed(bytes);
  const isKnown = state === 'begun' || state === 'whole';
  if (v !== 1 || typeof table !== 'string' || typeof id !== 'string' || !isKnown)
    throw new RangeError('it is no history of version 1');
  return { table, state, id };
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
