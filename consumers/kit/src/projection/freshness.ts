/**
 * Up to when everything the source had committed is applied, told from the connector's heartbeats.
 *
 * The server sends a binlog heartbeat only to a reader that has caught up, and the connector passes it on; but the connector
 * also emits heartbeats of its own while it works through a backlog. So a heartbeat counts only if no message was read since
 * the heartbeat before it, and once everything in Kafka at its time has been read and applied. What this cannot see is a
 * transaction that is being captured and has shown no row of a subscribed table for two heartbeats: the position never
 * claims it, the age may, until its first row comes.
 */
export class Freshness {
  freshAtMs: number | null = null;
  #candidate: { readonly atMs: number; ends: ReadonlyMap<string, bigint> | null } | null = null;
  #quiet = false;

  /** Messages of any subscribed topic were read. */
  messagesSeen(): void {
    this.#quiet = false;
    this.#candidate = null;
  }

  /** A heartbeat of the time `atMs` was read. */
  heartbeat(atMs: number): void {
    if (this.#quiet && this.#candidate === null) this.#candidate = { atMs, ends: null };
    this.#quiet = true;
  }

  /** True when the end offsets of all partitions, taken from now on, are needed. */
  get wantsEnds(): boolean {
    return this.#candidate !== null && this.#candidate.ends === null;
  }

  ends(ends: ReadonlyMap<string, bigint>): void {
    if (this.#candidate) this.#candidate.ends = ends;
  }

  /** To be called when nothing that was read is waiting to be applied, with the fetch positions. */
  look(positions: ReadonlyMap<string, bigint>): void {
    const ends = this.#candidate?.ends;
    if (!ends || ![...ends].every(([partition, end]) => (positions.get(partition) ?? 0n) >= end)) return;
    this.freshAtMs = Math.max(this.freshAtMs ?? 0, this.#candidate!.atMs);
    this.#candidate = null;
  }
}
