import { setTimeout as delay } from 'node:timers/promises';
import { advance, coversAll, type Position } from '../change-event/index.ts';
import { KitError, type KitErrorCode } from '../errors.ts';
import { type Projection, Projector, type ProjectorFacts } from '../projection/index.ts';
import type { DatabaseAccess, Session } from '../read-store/index.ts';
import type { Transport } from '../transport/index.ts';
import { Barrier } from './barrier.ts';
import type { Sessions } from './differences.ts';
import { openReadSnapshot } from './snapshots.ts';
import type { OpenWindow } from './windows.ts';

/** What folding again needs, since no SELECT on the source can say what a history comes to. */
export interface FoldingAgain {
  /** A database that has nothing in it, on the read model's server, for the time of the proof. */
  readonly scratch: DatabaseAccess;
  readonly transport: () => Transport;
  readonly registryUrl: string;
  /** Debezium's `topic.prefix`. */
  readonly topicPrefix: string;
}

export interface FoldAgainOptions extends FoldingAgain {
  readonly projection: Projection;
  readonly source: Omit<DatabaseAccess, 'database'>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (facts: ProjectorFacts) => void;
}

/** The same projection once more, from the first message of the stream, by the code that is here now. */
export class FoldAgain {
  readonly #abort = new AbortController();
  readonly #projector: Projector;
  readonly #done: Promise<void>;

  private constructor({ scratch, ...options }: FoldAgainOptions) {
    this.#projector = new Projector({ ...options, database: scratch });
    this.#done = this.#projector.run(this.#abort.signal);
  }

  /** Resolves when it has come to the end of the stream. Throws what stops it, and what `signal` is aborted with. */
  static async start(options: FoldAgainOptions): Promise<FoldAgain> {
    const again = new FoldAgain(options);
    try {
      for (;;) {
        const facts = again.#projector.facts();
        const { state, code, reason } = facts;
        if (state === 'streaming') return again;
        if (state === 'stopped') throw new KitError(code as KitErrorCode, `while it was folded again: ${reason}`);
        options.onProgress?.(facts);
        await delay(50, undefined, options.signal ? { signal: options.signal } : {});
      }
    } catch (error) {
      await again[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }
}

/** Opens snapshots of both at one position, whichever of them is further. */
export function atFoldedAgain(
  projection: string,
  sessions: Sessions,
  notes: { readonly read: Session; readonly scratch: Session },
  signal?: AbortSignal,
): OpenWindow {
  const hold = (session: Session) => Barrier.hold({ session, projection, ...(signal && { signal }) });
  return async () => {
    await using live = await hold(notes.read);
    const heldSince = Date.now();
    await using again = await hold(notes.scratch);
    const position = [...again.position.values()].reduce(advance, live.position);
    for (const barrier of [live, again]) if (!isAt(barrier, position)) await barrier.advance(position);
    await openReadSnapshot(sessions.read, projection, position);
    await openReadSnapshot(sessions.source, projection, position);
    await live.release();
    return { position, heldMs: Date.now() - heldSince };
  };
}

const isAt = (barrier: Barrier, position: Position): boolean => coversAll(barrier.position, position);
