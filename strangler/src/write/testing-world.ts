import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../state/testing-eventually.ts';
import { TestMonolith } from '../testing-monolith.ts';
import { type TakenWrite, TestingOwner } from './testing-owner.ts';
import { type ReplicaOptions, type StatePorts, TestingReplica } from './testing-replica.ts';

/** A database for replicas. */
export interface TestingState {
  /** The ports of one more replica. */
  replica(name: string): StatePorts;
  close(): Promise<void>;
}

export const limits = { holdMs: 1000, leaseMs: 600 };

/** A monolith, the service that may own a part of it, and replicas of a facade before both. All writes that were taken are in one list. */
export class TestingWorld {
  readonly writes: TakenWrite[] = [];
  readonly owner = new TestingOwner(this.writes);
  readonly replicas: TestingReplica[] = [];
  readonly #writing: Writing[] = [];
  monolith!: TestMonolith;
  /** The last write of the monolith's log, and how far the service has read it. */
  sequence = 0;
  reached = 0;
  monolithMs = 3;
  readonly #state: TestingState;
  #ownerUrl = '';
  #nobody: StatePorts['store'] | null = null;

  private constructor(state: TestingState) {
    this.#state = state;
  }

  static async open(state: TestingState): Promise<TestingWorld> {
    const world = new TestingWorld(state);
    world.monolith = await TestMonolith.start();
    world.monolith.handle = async (_request, response, body) => {
      await delay(Math.random() * world.monolithMs);
      world.writes.push({ by: 'monolith', id: JSON.parse(body).email, epoch: null });
      world.#logged();
      response.end('{"by":"monolith"}');
    };
    world.owner.position = () => `0-1-${world.reached}`;
    world.owner.carried = () => {
      world.#logged();
      return `0-1-${world.sequence}`;
    };
    world.#ownerUrl = await world.owner.start();
    return world;
  }

  async replica(more: Partial<ReplicaOptions> = {}): Promise<TestingReplica> {
    const one = new TestingReplica({
      ...this.#state.replica(`replica-${this.replicas.length}`),
      ...{ monolithUrl: this.monolith.url, ownerUrl: this.#ownerUrl, limits },
      sourcePosition: async () => `0-1-${this.sequence}`,
      ...more,
    });
    this.replicas.push(one);
    return await one.start();
  }

  /** One that was killed is waited for no more. */
  async forget(one: TestingReplica): Promise<void> {
    await this.#state.replica(`replica-${this.replicas.indexOf(one)}`).register.leave();
  }

  /** The database as a replica of its own sees it. */
  stored(): StatePorts['store'] {
    this.#nobody ??= this.#state.replica('nobody').store;
    return this.#nobody;
  }

  write(replicas: readonly TestingReplica[], name: string, clients?: number): Writing {
    const writing = new Writing(replicas, name, clients);
    this.#writing.push(writing);
    return writing;
  }

  async close(): Promise<void> {
    for (const one of this.#writing) await one.end();
    for (const one of this.replicas) await one.close();
    await this.owner.stop();
    await this.monolith.stop();
    await this.#state.close();
  }

  /** Who took writes, one after the other: a writer for as long as nobody else has taken one. */
  get writers(): string[] {
    const all = this.writes.map(({ by, epoch }) => (by === 'monolith' ? by : `${by} ${epoch}`));
    return all.filter((one, at) => one !== all[at - 1]);
  }

  /** It reads the monolith's log some moments later. */
  #logged(): void {
    const sequence = ++this.sequence;
    setTimeout(() => {
      this.reached = Math.max(this.reached, sequence);
    }, 5);
  }
}

/** Clients that write without end, each write with an id of its own. */
export class Writing {
  readonly answers = new Map<
    string,
    { readonly status: number; readonly code: string | null; readonly by: string } | null
  >();
  #isOver = false;
  readonly #clients: Promise<void>[];

  constructor(replicas: readonly TestingReplica[], name: string, clients = 8) {
    this.#clients = Array.from({ length: clients }, (_, client) =>
      this.#write(replicas[client % replicas.length]!, `${name}-${client}`),
    );
  }

  async at(count: number): Promise<void> {
    const from = this.answers.size;
    await eventually(`${count} more writes`, () => this.answers.size >= from + count);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  get refused(): string[] {
    return [...this.answers.values()].flatMap((answer) =>
      answer && answer.status !== 200 ? [`${answer.status} ${answer.code}`] : [],
    );
  }

  async #write(replica: TestingReplica, name: string): Promise<void> {
    for (let number = 0; !this.#isOver; number++) {
      const id = `${name}-${number}`;
      const answer = await replica.put(id).catch(() => null);
      this.answers.set(id, answer && { status: answer.status, code: answer.code, by: answer.by });
      await delay(2);
    }
  }
}

/** What does not fit together: nothing does when each write was taken by whoever answered it, once, and by nobody when it was refused. */
export function misfits(world: TestingWorld, writing: Writing): string[] {
  const takers = new Map<string, string[]>();
  for (const { id, by } of world.writes) takers.set(id, [...(takers.get(id) ?? []), by]);
  return [...writing.answers].flatMap(([id, answer]) => {
    const taken = (takers.get(id) ?? []).join();
    if (answer === null || answer.code === 'write-unsure')
      return taken.includes(',') ? [`${id} unanswered, ${taken}`] : [];
    const isRight = answer.status === 200 ? taken === answer.by : taken === '' && answer.status === 503;
    return isRight ? [] : [`${id}: ${answer.status} ${answer.code} by ${answer.by}, taken by ${taken || 'nobody'}`];
  });
}
