import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApplyStep, BulkLoad, checkQueries, SessionStore } from '../apply/index.ts';
import { formatPosition } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import {
  type CheckpointColumns,
  type DatabaseAccess,
  ensureTables,
  type ForeignKey,
  foreignKeysOf,
  fromColumns,
  Lease,
  newestVerdict,
  type ProjectorState,
  parkedOf,
  readForeignKeys,
  Session,
  type Standing,
  storedForeignKeys,
  storeForeignKeys,
  watchful,
} from '../read-store/index.ts';
import { Schemas } from '../serde/index.ts';
import type { Transport } from '../transport/index.ts';
import { BinlogKept } from './binlog-kept.ts';
import type { Projection } from './declaration.ts';
import type { ProjectorFacts } from './facts.ts';
import { HoldWatch } from './hold-watch.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Pass } from './pass.ts';
import { sourcePosition } from './source-position.ts';
import { Verdicts } from './verdicts.ts';

export interface ProjectorOptions {
  readonly projection: Projection;
  /** Debezium's `topic.prefix`. */
  readonly topicPrefix: string;
  readonly database: DatabaseAccess;
  /**
   * The monolith's server, asked at each start for the foreign keys that change children by themselves; a user who may SELECT.
   * Null: such changes are not applied.
   */
  readonly source: Omit<DatabaseAccess, 'database'> | null;
  readonly transport: () => Transport;
  readonly registryUrl: string;
  /** How long a standby waits after the last sign of life; default 10,000. */
  readonly leaseMs?: number;
  /** Rows a commit aims at, and the most rows of one source transaction held in memory; default 5,000. */
  readonly maxRows?: number;
  readonly onStep?: (step: ApplyStep) => void;
  readonly log?: (entry: Readonly<Record<string, unknown>>) => void;
}

const awaitsCommit =
  'what is in Kafka is applied; the position is known with the next transaction committed on the source server, or the next heartbeat of the connector';
const turnMs = 50;
/** While somebody holds: what was read already waits for the next turn. */
const heldTurnMs = 5;
const longestWaitMs = 5000;

/**
 * Keeps one read model up to date for as long as it runs. Whatever goes wrong, it waits and begins anew at the checkpoint, or
 * stops with a name and a remedy and stays up to say so; it never skips, and it never ends by itself.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #owner = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  readonly #schemas: Schemas;
  readonly #bulk: BulkLoad;
  /** The lease of the last attempt, while it waits for the next one. */
  #kept: Lease | null = null;
  /** The newest one when the last attempt began. */
  #seenVerdict = 0n;
  #facts: ProjectorFacts;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#schemas = new Schemas(options.registryUrl);
    this.#bulk = new BulkLoad(options);
    this.#facts = {
      projection: options.projection.name,
      state: 'starting',
      reason: null,
      code: null,
      position: null,
      freshAtMs: null,
      rowsApplied: 0,
      transactionsApplied: 0,
      commits: 0,
      parkedKeys: 0,
      lag: new Map(),
      binlogKeptMs: null,
      turnedAtMs: Date.now(),
    };
  }

  facts(): ProjectorFacts {
    return this.#facts;
  }

  /** Resolves after an abort, when all is closed and the lease is given back. */
  async run(signal: AbortSignal): Promise<void> {
    for (let waitMs = 200; !signal.aborted; ) {
      const commitsBefore = this.#facts.commits;
      const error = await this.#attempt(signal);
      if (error === null) continue;
      if (!error.retriable) {
        await this.#stayStopped(signal);
        continue;
      }
      waitMs = this.#facts.commits > commitsBefore ? 200 : Math.min(waitMs * 2, longestWaitMs);
      await this.#pause(waitMs, signal);
    }
    await this.#giveBack();
  }

  /** An abort during a wait: a standby need not wait until the lease runs out. */
  async #giveBack(): Promise<void> {
    if (!this.#kept) return;
    try {
      await using session = await Session.open(this.#options.database);
      await this.#kept.release(session);
    } catch {
      // It runs out by itself.
    }
  }

  /** One life of connections: from the first one to the first error, which it tells and returns. */
  async #attempt(signal: AbortSignal): Promise<KitError | null> {
    try {
      await this.#prepare();
      const lease = await this.#take(signal);
      if (lease) await this.#hold(lease, signal);
      return null;
    } catch (thrown) {
      return signal.aborted ? null : this.#fail(thrown);
    }
  }

  async #prepare(): Promise<void> {
    const { projection, database } = this.#options;
    await using session = await Session.open(database);
    this.#seenVerdict = await newestVerdict(session, projection.name);
    await ensureTables(session, projection);
    await checkQueries(session, projection);
  }

  /** Stands by until the lease is free; null after an abort. */
  async #take(signal: AbortSignal): Promise<Lease | null> {
    const { projection, database, leaseMs = 10_000 } = this.#options;
    await using session = await Session.open(database, watchful);
    while (!signal.aborted) {
      const lease = await Lease.take(session, projection.name, this.#owner, leaseMs);
      if (lease) return lease;
      this.#enter('standby', null);
      await this.#pause(Math.min(500, leaseMs / 4), signal);
    }
    return null;
  }

  /** Applies for as long as the lease is held. A stop and an abort give it back at once, a wait keeps it. */
  async #hold(lease: Lease, signal: AbortSignal): Promise<void> {
    const { database, leaseMs = 10_000 } = this.#options;
    let pass: Pass | null = null;
    const standing = () => this.#standing(pass);
    this.#kept = lease;
    await using keeper = await LeaseKeeper.start({ database, lease, leaseMs, standing });
    this.#kept = null;
    try {
      await using session = await Session.open(database);
      const foreignKeys = await keeper.during(this.#foreignKeys(session));
      await using transport = this.#options.transport();
      await using watch = await HoldWatch.start(database, lease.projection);
      await using begun = await keeper.during(this.#begin(lease, session, foreignKeys, transport, watch));
      pass = begun;
      watch.follow(begun);
      using kept = BinlogKept.start(this.#options);
      await keeper.during(this.#turn(begun, session, keeper, { watch, kept }, signal));
      await keeper.release();
    } catch (thrown) {
      if (signal.aborted) return await keeper.release();
      const error = this.#fail(thrown);
      await keeper.tell().catch(() => {});
      if (error.retriable) this.#kept = lease;
      else await keeper.release();
      throw error;
    }
  }

  /** Those of now; when the source is away, those of the last start. */
  async #foreignKeys(session: Session): Promise<readonly ForeignKey[]> {
    const { projection, source } = this.#options;
    if (source === null) return [];
    try {
      const tables = projection.tables.map((table) => table.source);
      const keys = foreignKeysOf(projection, await readForeignKeys(source, tables));
      await storeForeignKeys(session, projection, keys);
      return keys;
    } catch (thrown) {
      const stored = await storedForeignKeys(session, projection);
      if (KitError.from(thrown).code !== 'source-unreachable' || stored === null) throw thrown;
      return stored;
    }
  }

  async #begin(
    lease: Lease,
    session: Session,
    foreignKeys: readonly ForeignKey[],
    transport: Transport,
    watch: HoldWatch,
  ): Promise<Pass> {
    const checkpoint = await readCheckpoint(session, lease.projection);
    const verdicts = await Verdicts.settle(session, checkpoint, { ...this.#options, schemas: this.#schemas });
    return Pass.begin({
      ...this.#options,
      hold: () => watch.hold,
      sourcePosition: async () => this.#options.source && sourcePosition(this.#options.source),
      checkpoint,
      verdicts,
      maxRows: this.#options.maxRows ?? 5000,
      store: new SessionStore(session, this.#bulk),
      lease,
      foreignKeys,
      transport,
      schemas: this.#schemas,
      onRows: ({ changes }) => this.#learn({ rowsApplied: this.#facts.rowsApplied + changes.length }),
      onCommit: ({ transactions }) =>
        this.#learn({
          commits: this.#facts.commits + 1,
          transactionsApplied: this.#facts.transactionsApplied + transactions,
        }),
    });
  }

  #fail(thrown: unknown): KitError {
    const error = KitError.from(thrown);
    this.#enter(error.retriable ? 'waiting' : 'stopped', error);
    return error;
  }

  /** Until an abort, or a verdict: with that it begins anew. */
  async #turn(
    pass: Pass,
    session: Session,
    keeper: LeaseKeeper,
    { watch, kept }: { readonly watch: HoldWatch; readonly kept: BinlogKept },
    signal: AbortSignal,
  ): Promise<void> {
    for (let lookedMs = 0; !signal.aborted; ) {
      watch.check();
      await pass.turn(watch.hold ? heldTurnMs : turnMs);
      keeper.check(); // It may have been left alone meanwhile.
      if (Date.now() - lookedMs > 1000) {
        if (await this.#isJudged(session)) return;
        const { length } = await parkedOf(session, this.#facts.projection);
        this.#learn({ lag: await pass.lag(), parkedKeys: length, binlogKeptMs: kept.keptMs });
        lookedMs = Date.now();
      }
      this.#enter(pass.filled ? 'streaming' : 'filling', null, pass);
      if (!pass.filled) this.#learn({ reason: this.#progress(pass) });
    }
  }

  #progress({ position, quiet, partialTables }: Pass): string {
    if (partialTables.length > 0)
      return `the history of ${partialTables.join(', ')} is not whole in Kafka: whoever adds a table (banyan connector apply, banyan up) goes on with it`;
    if (position === null && quiet) return awaitsCommit;
    const left = [...this.#facts.lag.values()].reduce((sum, messages) => sum + messages, 0);
    return `${this.#facts.rowsApplied} rows are in; about ${left} messages in Kafka are still to be read`;
  }

  /** Until somebody says how to go on. */
  async #stayStopped(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#pause(1000, signal);
      try {
        await using session = await Session.open(this.#options.database);
        if (await this.#isJudged(session)) return this.#enter('starting', null);
      } catch {
        // It says so by itself once it can be asked again.
      }
    }
  }

  async #isJudged(session: Session): Promise<boolean> {
    return (await newestVerdict(session, this.#facts.projection)) > this.#seenVerdict;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    this.#learn({ turnedAtMs: Date.now() });
    await delay(ms, undefined, { signal }).catch(() => {});
  }

  #standing(pass: Pass | null): Standing {
    const { state, reason } = this.#facts;
    return { state, reason, freshAtMs: pass?.freshAtMs ?? null };
  }

  #enter(state: ProjectorState, error: KitError | null, pass?: Pass): void {
    const reason = error && (error.remedy ? `${error.message}; ${error.remedy}` : error.message);
    if (state !== this.#facts.state || (reason !== this.#facts.reason && state !== 'filling')) {
      this.#options.log?.({
        state,
        reason,
        code: error?.code,
        error: error?.code === 'unexpected' ? error.cause : undefined,
      });
    }
    this.#learn({ state, reason, code: error?.code ?? null, turnedAtMs: Date.now() });
    if (pass?.filled && pass.position)
      this.#learn({ position: formatPosition(pass.position), freshAtMs: pass.freshAtMs });
  }

  #learn(facts: Partial<ProjectorFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
  }
}

async function readCheckpoint(session: Session, projection: string) {
  const columns = 'position, filling_position, committed_at_ms, partitions';
  const [row] = await session.rows<CheckpointColumns>(`SELECT ${columns} FROM banyan_checkpoint WHERE projection = ?`, [
    projection,
  ]);
  return fromColumns(row!);
}
