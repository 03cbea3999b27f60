import { formatPosition, type Position } from '../change-event/index.ts';
import { errnoOf, type Session } from '../read-store/index.ts';
import { Barrier } from './barrier.ts';
import type { Sessions } from './differences.ts';
import { endSnapshot, openReadSnapshot, openSourceSnapshot } from './snapshots.ts';

/** A snapshot of the source, or of what was folded again, and one of the read model, both at exactly one position. */
export interface Window extends Sessions {
  readonly position: string;
  /** Counts how long the source works. */
  timed<T>(work: Promise<T>): Promise<T>;
}

/** Opens both snapshots at one position; says how long the projection was held for it, ms. */
export type OpenWindow = () => Promise<{ readonly position: Position; readonly heldMs: number }>;

export interface WindowsOptions {
  readonly sessions: Sessions;
  readonly open: OpenWindow;
  readonly snapshotMs?: number;
}

export interface WindowsCost {
  readonly longestSnapshotMs: number;
  readonly longestHoldMs: number;
  readonly heldMs: number;
  readonly sourceMs: number;
}

/** Opens pairs of snapshots, one after another, each for a limited time: an old one keeps the source from cleaning up, and its DDL waits. */
export class Windows {
  readonly #options: WindowsOptions;
  #open: { readonly position: Position; readonly sinceMs: number } | null = null;
  #cost = { longestSnapshotMs: 0, longestHoldMs: 0, heldMs: 0, sourceMs: 0 };

  constructor(options: WindowsOptions) {
    this.#options = options;
  }

  get cost(): WindowsCost {
    return this.#cost;
  }

  /** Runs it in a window that is not old. When a statement took too long, or DDL came in between, the window is over and it says so. */
  async during<T>(run: (window: Window) => Promise<T>): Promise<T | 'too-slow' | 'table-changed'> {
    const { snapshotMs = 5000, sessions } = this.#options;
    if (this.#open && Date.now() - this.#open.sinceMs > snapshotMs) await this.close();
    this.#open ??= await this.#begin();
    const { position } = this.#open;
    const timed = async <R>(work: Promise<R>): Promise<R> => {
      const since = Date.now();
      const result = await work;
      this.#cost.sourceMs += Date.now() - since;
      return result;
    };
    try {
      return await run({ ...sessions, position: formatPosition(position), timed });
    } catch (error) {
      await this.close().catch(() => {});
      const errno = errnoOf(error);
      if (errno === statementTimedOut) return 'too-slow';
      if (errno === tableChanged) return 'table-changed';
      throw error;
    }
  }

  /** To be called before a wait: no snapshot gets old over it. */
  async beforeWait(waitMs: number): Promise<void> {
    const { snapshotMs = 5000 } = this.#options;
    if (this.#open && Date.now() + waitMs - this.#open.sinceMs > snapshotMs) await this.close();
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    const ageMs = Date.now() - this.#open.sinceMs;
    this.#cost.longestSnapshotMs = Math.max(this.#cost.longestSnapshotMs, ageMs);
    this.#open = null;
    await Promise.all([this.#options.sessions.source, this.#options.sessions.read].map(endSnapshot));
  }

  async #begin(): Promise<{ position: Position; sinceMs: number }> {
    const sinceMs = Date.now();
    const { position, heldMs } = await this.#options.open();
    this.#cost.heldMs += heldMs;
    this.#cost.longestHoldMs = Math.max(this.#cost.longestHoldMs, heldMs);
    return { position, sinceMs };
  }
}

/** At a position of the source; both snapshots are open before the projection goes on, which waits for that alone. `notes` is a session of its own. */
export function atSource(projection: string, sessions: Sessions, notes: Session, signal?: AbortSignal): OpenWindow {
  return async () => {
    await using barrier = await Barrier.hold({ session: notes, projection, ...(signal && { signal }) });
    const heldSince = Date.now();
    const position = await openSourceSnapshot(sessions.source);
    await barrier.advance(position);
    await openReadSnapshot(sessions.read, projection, position);
    await barrier.release();
    return { position, heldMs: Date.now() - heldSince };
  };
}

const statementTimedOut = 1969;
const tableChanged = 1412;
