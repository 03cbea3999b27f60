import type { LeaseHeld, ReadStore, TableEffect, Where } from '../apply/index.ts';
import type { Row, SourceValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { MirrorTable } from '../projection/index.ts';
import type { Session, StoredCheckpoint } from '../read-store/index.ts';
import type { Point } from './schedule.ts';

export interface Interruption {
  readonly kind: 'kill' | 'refuse' | 'freeze';
  readonly at: Point;
  readonly nth: number;
}

export interface Watch {
  kill(store: ReadStore): Promise<void>;
  /** After each commit, before whoever made it knows. */
  committed(): Promise<void>;
  passed(point: Point): void;
}

/** A store that is interrupted where a schedule says so, and whose commits are looked at. */
export class WatchedStore implements ReadStore {
  readonly session: Session | null;
  readonly #store: ReadStore;
  readonly #watch: Watch;
  #interruption: Interruption | null = null;
  #comings = 0;
  #frozen = Promise.withResolvers<'frozen'>();
  #woken = Promise.withResolvers<void>();
  #isOpen = false;
  #hasMoved = false;

  constructor(store: ReadStore, watch: Watch) {
    this.session = store.session;
    this.#store = store;
    this.#watch = watch;
  }

  interrupt(interruption: Interruption): void {
    this.#interruption = interruption;
    this.#comings = 0;
  }

  /** Resolves when it stands still inside a call. */
  get frozen(): Promise<'frozen'> {
    return this.#frozen.promise;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** In the open transaction: nobody can take over. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  wake(): void {
    this.#woken.resolve();
  }

  async kill(): Promise<void> {
    this.#isOpen = false;
    this.#hasMoved = false;
    await this.#watch.kill(this.#store);
  }

  async begin(): Promise<void> {
    await this.#pass('before begin');
    await this.#store.begin();
    this.#isOpen = true;
  }

  async write(table: MirrorTable, effect: TableEffect): Promise<void> {
    await this.#pass('before rows');
    await this.#store.write(table, effect);
    await this.#pass('after rows');
  }

  find(table: MirrorTable, where: Where, limit: number): Promise<Row[]> {
    return this.#store.find(table, where, limit);
  }

  scan(table: MirrorTable, atOnce: number): AsyncGenerator<Row[]> {
    return this.#store.scan(table, atOnce);
  }

  async set(table: MirrorTable, where: Where, values: readonly SourceValue[]): Promise<void> {
    await this.#pass('before rows');
    await this.#store.set(table, where, values);
    await this.#pass('after rows');
  }

  async moveCheckpoint(lease: LeaseHeld, checkpoint: StoredCheckpoint, freshAtMs: number | null): Promise<boolean> {
    const isOurs = await this.#store.moveCheckpoint(lease, checkpoint, freshAtMs);
    this.#hasMoved = isOurs;
    await this.#pass('after checkpoint');
    return isOurs;
  }

  async commit(): Promise<void> {
    await this.#store.commit();
    this.#isOpen = false;
    this.#hasMoved = false;
    await this.#watch.committed();
    await this.#pass('after commit');
  }

  async rollback(): Promise<void> {
    await this.#store.rollback();
    this.#isOpen = false;
  }

  keepOpen(): Promise<void> {
    return this.#store.keepOpen();
  }

  async #pass(point: Point): Promise<void> {
    this.#watch.passed(point);
    const interruption = this.#interruption;
    if (interruption?.at !== point || ++this.#comings < interruption.nth) return;
    this.#interruption = null;
    if (interruption.kind === 'freeze') {
      this.#frozen.resolve('frozen');
      await this.#woken.promise;
      return;
    }
    if (interruption.kind === 'kill') await this.kill();
    throw new KitError('database-unreachable', `${interruption.kind === 'kill' ? 'killed' : 'refused'} ${point}`);
  }
}
