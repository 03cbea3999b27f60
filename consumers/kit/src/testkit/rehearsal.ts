import assert from 'node:assert/strict';
import { formatPosition } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { firstOffset } from '../merge/testing-connector.ts';
import { readTablesOf } from '../projection/index.ts';
import { Pass } from '../projection/pass.ts';
import { type Topics, topicsOf } from '../projection/topics.ts';
import type { StoredCheckpoint } from '../read-store/index.ts';
import { textOf } from './column-values.ts';
import { InMemoryLog, type InMemoryReader } from './in-memory-log.ts';
import type { ReadModel } from './read-model.ts';
import type { Scenario } from './scenario.ts';
import type { Point, Schedule, Step } from './schedule.ts';
import { type SourceStory, sourceStory, textsOf } from './source-story.ts';
import { type Interruption, WatchedStore } from './watched-store.ts';

interface Projecting {
  readonly pass: Pass;
  readonly store: WatchedStore;
  readonly reader: InMemoryReader;
  /** The turn that it stands still in. */
  turn: Promise<unknown> | null;
}

const prefix = 'schedule';
/** It asks where the partitions end once a turn; what comes of the answer may let it read on, and ask again. */
const quietTurns = 4;
const patienceMs = 25;

/** One run of a scenario by a schedule. */
export class Rehearsal {
  readonly #scenario: Scenario;
  readonly #schedule: Schedule;
  readonly #model: ReadModel;
  readonly #topics: Topics;
  readonly #story: SourceStory;
  readonly #log: InMemoryLog;
  readonly #stale: Projecting[] = [];
  readonly #passed = new Map<Point, number>();
  #current!: Projecting;
  #nowMs = 0;
  #restarts = 0;
  #reached = -1;
  /** What was found wrong at a commit: code that goes on after an error must not hide it. */
  #wrong: unknown = null;

  constructor(scenario: Scenario, schedule: Schedule, model: ReadModel) {
    this.#scenario = scenario;
    this.#schedule = schedule;
    this.#model = model;
    this.#topics = topicsOf(scenario.projection, prefix);
    this.#story = sourceStory(scenario, schedule);
    this.#log = new InMemoryLog(this.#story.logs, this.#topics);
  }

  /** Throws AssertionError, or the KitError of a projector that stopped. */
  async run(): Promise<void> {
    await this.#model.reset();
    await this.#begin();
    for (const step of this.#schedule.steps ?? []) await this.#step(step);
    await this.#toTheEnd();
    await this.#again({});
    // All of it comes again. With a snapshot in it that is another log, which is a named stop.
    if (this.#schedule.start === 'stream') await this.#again({ offsets: new Map(), anchors: new Map() });
    while (this.#stale.length > 0) await this.#wake();
    await this.#look();
    await this.#end();
  }

  /** How often a projector came to each point. */
  get passed(): ReadonlyMap<Point, number> {
    return this.#passed;
  }

  async #step(step: Step): Promise<void> {
    if (step === 'turn') return this.#turn();
    if (step === 'catch up') return this.#catchUp();
    if (step === 'kill') return this.#kill();
    if (step === 'freeze') return this.#takeOver();
    if (step === 'wake') return this.#wake();
    if (step === 'wait') this.#nowMs += patienceMs;
    else if ('write' in step) this.#log.write(step.write);
    else if ('read' in step) {
      if (this.#current.reader.give(this.#topicOf(step.read), step.records)) await this.#turn();
    } else this.#current.store.interrupt(interruptionOf(step));
  }

  #topicOf(name: string): string {
    if (name === 'transactions') return this.#topics.transactions;
    const table = this.#scenario.projection.tables.find((one) => one.name === name);
    const found = table && [...this.#topics.tables].find(([, source]) => source === table.source);
    if (!found) throw new Error(`${this.#scenario.projection.name} has no table ${name}`);
    return found[0];
  }

  /** A projector of its own, from the checkpoint on; `over`: with another one than the read model's. */
  async #begin(over: Partial<StoredCheckpoint> = {}): Promise<void> {
    for (const { store } of this.#stale)
      if (store.isOpen && (this.#model.locksRows || store.hasMoved)) await store.kill(); // as the server does in time
    const held = await this.#model.takeOver();
    assert.ok(held, 'nobody can take over');
    const store = new WatchedStore(held.store, {
      kill: (one) => this.#model.kill(one),
      committed: () => this.#look(),
      passed: (point) => this.#passed.set(point, 1 + (this.#passed.get(point) ?? 0)),
    });
    const pass = await Pass.begin({
      projection: this.#scenario.projection,
      topicPrefix: prefix,
      checkpoint: { ...(await this.#model.checkpoint()), ...over },
      ...{ store, lease: held.lease, transport: this.#log, schemas: this.#log.schemas },
      foreignKeys: this.#scenario.foreignKeys ?? [],
      verdicts: { parked: [], without: (chunk) => chunk, mark: () => {}, applied: (all) => all, note: async () => {} },
      maxRows: this.#schedule.maxRows ?? 5000,
      hold: () => null,
      now: () => this.#nowMs,
      onCommit: () => {},
      onRows: () => {},
    });
    this.#current = { pass, store, reader: this.#log.readers.at(-1)!, turn: null };
  }

  async #turn(): Promise<void> {
    const projecting = this.#current;
    const turn = projecting.pass.turn(0);
    turn.catch(() => {});
    try {
      const outcome = await Promise.race([turn, projecting.store.frozen]);
      this.#isRight();
      if (outcome !== 'frozen') return;
      projecting.turn = turn;
      await this.#takeOver();
    } catch (thrown) {
      this.#isRight();
      const error = KitError.from(thrown);
      const most = 2 + (this.#schedule.steps ?? []).length;
      if (!error.retriable || error.code === 'lease-lost' || ++this.#restarts > most) throw thrown;
      await this.#kill();
    }
  }

  async #kill(): Promise<void> {
    await this.#current.store.kill();
    await this.#begin();
  }

  /** The one that projects stands still from here on. */
  async #takeOver(): Promise<void> {
    this.#stale.push(this.#current);
    await this.#begin();
  }

  /** The oldest one that stood still goes on as if nothing had happened: it may notice, it may not change anything. */
  async #wake(): Promise<void> {
    const stale = this.#stale.shift();
    if (!stale) return;
    stale.store.wake();
    try {
      await stale.turn;
      for (let turn = 0; turn < 2; turn++) {
        for (const topic of this.#all()) stale.reader.give(topic, 1000);
        await stale.pass.turn(0);
      }
    } catch (thrown) {
      if (!KitError.from(thrown).retriable) throw thrown;
    }
    this.#isRight();
    await stale.store.kill();
  }

  #all(): string[] {
    return [...this.#topics.tables.keys(), this.#topics.transactions];
  }

  /** Reads what is written, until nothing comes of it any more. */
  async #catchUp(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; ) {
      const [current, reached] = [this.#current, this.#reached];
      const given = this.#all().filter((topic) => current.reader.give(topic, 1000));
      await this.#turn();
      this.#nowMs += patienceMs;
      const isQuiet = given.length === 0 && current === this.#current && reached === this.#reached;
      quiet = isQuiet ? quiet + 1 : 0;
    }
  }

  async #toTheEnd(): Promise<void> {
    for (const records of this.#schedule.atOnce ? [] : this.#log.beginnings) {
      this.#log.writeTo(records);
      await this.#catchUp();
    }
    this.#log.writeTo(this.#log.writes);
    await this.#catchUp();
    const last = this.#story.states.length - 1;
    const { filled, position } = await this.#model.checkpoint();
    const where = position === null ? 'no position' : formatPosition(position);
    assert.ok(filled && this.#reached === last, `all is read, and it stands at ${where} of 0-1-${last}`);
    await this.#look();
  }

  /** Over the same log once more. */
  async #again(over: Partial<StoredCheckpoint>): Promise<void> {
    await this.#current.store.kill();
    await this.#begin(over);
    await this.#toTheEnd();
  }

  #isRight(): void {
    if (this.#wrong !== null) throw this.#wrong;
  }

  async #look(): Promise<void> {
    try {
      await this.#compare();
    } catch (error) {
      this.#wrong ??= error;
      throw error;
    }
  }

  /** What anybody sees now. */
  async #compare(): Promise<void> {
    const checkpoint = await this.#model.checkpoint();
    const sequence = Number(checkpoint.position?.get(0)?.sequence ?? 0n);
    assert.ok(sequence >= this.#reached, `the position goes back from 0-1-${this.#reached} to 0-1-${sequence}`);
    this.#reached = sequence;
    this.#offsetsAreApplied(checkpoint, sequence);
    if (!checkpoint.filled) return; // it is not read yet
    const state = this.#story.states[sequence]!;
    for (const [table, expected] of state) {
      const rows = textsOf(table, (await this.#model.rows(table))!);
      const wrong = 'step' in table ? 'is not what its history makes it' : 'is not what the monolith had then';
      assert.deepEqual(rows, expected, `at 0-1-${sequence} ${table.name} ${wrong}`);
    }
    assert.deepEqual(await this.#model.unlikeQueries(), [], `at 0-1-${sequence}`);
  }

  /** No row of a later transaction is below the offsets that count as read. */
  #offsetsAreApplied({ offsets }: StoredCheckpoint, sequence: number): void {
    for (const [topic, table] of this.#topics.tables) {
      const next = offsets.get(`${topic}/0`) ?? 0n;
      const early = this.#story.logs.get(`${table}/0`)!.find(({ offset, record }) => {
        const gtid = record?.kind === 'change' ? record.change.transaction : null;
        return offset - firstOffset < next && gtid !== null && gtid.sequence > sequence;
      });
      assert.ok(
        !early,
        `the checkpoint at 0-1-${sequence} counts a row of a later transaction as applied, in ${table}`,
      );
    }
  }

  /** What the scenario says of the read model, as far as this one has the table. */
  async #end(): Promise<void> {
    for (const [name, expected] of Object.entries(this.#scenario.readModel ?? {})) {
      const tables = readTablesOf(this.#scenario.projection);
      const table = tables.find((one) => one.name === name);
      if (!table) {
        const names = tables.map((one) => one.name).join(', ');
        throw new Error(`${this.#scenario.projection.name} has no table ${name}; it has ${names}`);
      }
      const rows = await this.#model.rows(table);
      if (rows === null) continue;
      const named = new Set(expected.flatMap((row) => Object.keys(row)));
      const columns = named.size === 0 ? table.key : table.columns.filter((column) => named.delete(column.name));
      if (named.size > 0) throw new Error(`${name} has no column ${[...named].join(', ')}`);
      const is = rows.map((row) => columns.map((column) => textOf(column, row[column.from]!)));
      const wanted = expected.map((row) => columns.map((column) => textOf(column, row[column.name] ?? null)));
      assert.deepEqual(is.sort(), wanted.sort(), `${name} is not what the scenario says`);
    }
  }
}

function interruptionOf(step: Exclude<Step, string | { write: number } | { read: string }>): Interruption {
  if ('kill' in step) return { kind: 'kill', at: step.kill, nth: step.nth ?? 1 };
  if ('freeze' in step) return { kind: 'freeze', at: step.freeze, nth: step.nth ?? 1 };
  return { kind: 'refuse', at: step.refuse, nth: 1 };
}
