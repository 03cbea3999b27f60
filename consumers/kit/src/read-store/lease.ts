import { KitError } from '../errors.ts';
import { isLockWait, type Session } from './session.ts';

/**
 * Who may write a read model: one owner per epoch, by the database's clock. The epoch is compared in every commit, so the
 * lease only has to be roughly right; a stale owner that wakes up is refused by the epoch.
 */
export class Lease {
  readonly projection: string;
  readonly epoch: bigint;

  constructor(projection: string, epoch: bigint) {
    this.projection = projection;
    this.epoch = epoch;
  }

  /** Takes the lease if it is free, has run out, or was this owner's; else null, also while its row is locked by a commit. */
  static async take(session: Session, projection: string, owner: string, forMs: number): Promise<Lease | null> {
    const taken = await unlessLocked(
      session.run(
        `UPDATE banyan_checkpoint SET epoch = epoch + 1, owner = ?, lease_until = NOW(6) + INTERVAL ? MICROSECOND
         WHERE projection = ? AND (lease_until < NOW(6) OR owner = ?)`,
        [owner, forMs * 1000, projection, owner],
      ),
    );
    if (taken !== 1) return null;
    const [row] = await session.rows<{ epoch: string | number; owner: string }>(
      'SELECT epoch, owner FROM banyan_checkpoint WHERE projection = ?',
      [projection],
    );
    return row?.owner === owner ? new Lease(projection, BigInt(row.epoch)) : null;
  }

  /**
   * Prolongs it and writes down how things stand; not while its row is locked, which is what a large commit of the owner does.
   * Throws KitError `lease-lost` when another epoch has begun.
   */
  async renew(session: Session, forMs: number, standing: Standing): Promise<void> {
    const matched = await unlessLocked(
      session.run(
        `UPDATE banyan_checkpoint SET lease_until = NOW(6) + INTERVAL ? MICROSECOND, state = ?, reason = ?,
         fresh_at_ms = NULLIF(GREATEST(COALESCE(fresh_at_ms, 0), ?), 0) WHERE projection = ? AND epoch = ?`,
        [forMs * 1000, standing.state, standing.reason, standing.freshAtMs ?? 0, this.projection, this.epoch],
      ),
    );
    if (matched === 0) throw this.lost();
  }

  /** Lets a standby in at once. */
  async release(session: Session): Promise<void> {
    await session.run('UPDATE banyan_checkpoint SET lease_until = NOW(6) WHERE projection = ? AND epoch = ?', [
      this.projection,
      this.epoch,
    ]);
  }

  lost(): KitError {
    return new KitError(
      'lease-lost',
      `another projector has taken over '${this.projection}' (epoch ${this.epoch} is over)`,
    );
  }
}

/** Null when the row was locked for longer than a lock is waited for. */
async function unlessLocked(updated: Promise<number>): Promise<number | null> {
  try {
    return await updated;
  } catch (error) {
    if (isLockWait(error)) return null;
    throw error;
  }
}

export type ProjectorState = 'starting' | 'standby' | 'filling' | 'streaming' | 'waiting' | 'stopped';

export interface Standing {
  readonly state: ProjectorState;
  readonly reason: string | null;
  /** Everything the source had committed at this time is in the read model, ms; null when that is not known. */
  readonly freshAtMs: number | null;
}
