import { decodeHistory, type History } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { Chunk } from '../transport/index.ts';

/**
 * What `<prefix>.histories` tells of the tables of a projection. One that was added to a running connector has rows in its topic from
 * then on, and the others come by an incremental snapshot, while it streams: until that is over, what is there is a part.
 */
export class Histories {
  readonly #tables: ReadonlySet<string>;
  readonly #newest = new Map<string, History['state']>();
  readonly #end: bigint;
  #next: bigint;

  constructor(tables: Iterable<string>, { next, end }: { readonly next: bigint; readonly end: bigint }) {
    this.#tables = new Set(tables);
    this.#next = next;
    this.#end = end;
  }

  /** Some of its tables were added. */
  get isNeeded(): boolean {
    return this.#newest.size > 0;
  }

  /** All that was there when it began is read. */
  get isCaughtUp(): boolean {
    return this.#next >= this.#end;
  }

  /** The tables of which a part is in Kafka. */
  get parts(): string[] {
    return [...this.#newest].flatMap(([table, state]) => (state === 'whole' ? [] : [table]));
  }

  /** Throws KitError `undecodable`: what is not understood may be that a table is not whole. */
  push({ topic, partition, messages, nextOffset }: Chunk): void {
    for (const { offset, value } of messages) {
      if (value === null) continue;
      try {
        const { table, state } = decodeHistory(value);
        if (this.#tables.has(table)) this.#newest.set(table, state);
      } catch (error) {
        const where = `topic ${topic}, partition ${partition}, offset ${offset}`;
        throw new KitError('undecodable', `${where}: the history cannot be read: ${(error as Error).message}`, {
          remedy: 'remove what wrote it, and use a version of the service that is as new as what adds tables',
          cause: error,
        });
      }
    }
    this.#next = nextOffset;
  }
}
