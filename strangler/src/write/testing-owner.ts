import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { equal, streaming } from '../state/testing-service.ts';
import type { Owned, Owner } from './owner-api.ts';

/** A write as whoever took it has it. */
export interface TakenWrite {
  readonly by: 'monolith' | 'service';
  /** What the test gave it, different for each. */
  readonly id: string;
  /** Under which the service took it. */
  readonly epoch: number | null;
}

/** The owning service of `customers`, over HTTP, with its table and its carrier in memory. */
export class TestingOwner {
  readonly server = createServer((request, response) => void this.#answer(request, response));
  readonly writes: TakenWrite[];
  /** Each owner that was set: `service 3`. */
  readonly owners: string[] = [];
  owner: Owner = 'monolith';
  epoch = 0;
  waiting = 0;
  conflicts = 0;
  rogue = 0;
  different = 0;
  carrier: Owned['carrier'] = { working: true, reason: null };
  carriedPosition: string | null = null;
  position: () => string | null = () => '0-1-0';
  /** How long a change takes to be written, and then to be carried; null: it is not carried. */
  writeMs = 1;
  carryMs: number | null = 2;
  /** It answers as this says, whatever it is asked; null: as it is. */
  says: ((request: IncomingMessage) => { readonly status: number; readonly body: unknown } | 'nothing' | null) | null =
    null;
  readonly asked: { readonly line: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  carried: (id: string) => string = () => '0-1-1';
  #underWay = 0;
  readonly #keys = new Map<string, string>();

  /** `writes` is where it puts what it takes: all writers of a test have one list. */
  constructor(writes: TakenWrite[]) {
    this.writes = writes;
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  owned(): Owned & { table: string; columns: string[] } {
    const { owner, epoch, waiting, conflicts, rogue, different, carrier, carriedPosition } = this;
    const table = { table: 'customers', columns: ['email', 'city'] };
    return { ...table, owner, epoch, waiting, conflicts, rogue, different, carrier, carriedPosition };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const line = `${request.method} ${request.url}`;
    this.asked.push({ line, headers: request.headers, body });
    const said = this.says?.(request) ?? null;
    if (said === 'nothing') return;
    const { status, body: answer } = said ?? (await this.#say(line, request, body));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  async #say(line: string, { headers }: IncomingMessage, body: string): Promise<{ status: number; body: unknown }> {
    if (line === 'GET /ready') return { status: 200, body: { ...streaming, position: this.position() } };
    if (line === 'GET /proof') return { status: 200, body: equal };
    if (line === 'GET /owned/customers') return { status: 200, body: this.owned() };
    if (line === 'PUT /owned/customers/owner') return await this.#setOwner(JSON.parse(body));
    const key = /^PATCH \/customers\/(\d+)\?wait-ms=\d+$/.exec(line)?.[1];
    if (key === undefined) return { status: 404, body: problem('unknown-route') };
    return await this.#patch(key, JSON.parse(body), Number(headers['banyan-epoch']), headers['idempotency-key']);
  }

  async #setOwner({ owner, epoch }: { owner: Owner; epoch: number }) {
    if (epoch < this.epoch || (epoch === this.epoch && owner !== this.owner))
      return { status: 409, body: { ...problem('epoch-passed'), owner: this.owner, epoch: this.epoch } };
    if (epoch > this.epoch) this.owners.push(`${owner} ${epoch}`);
    [this.owner, this.epoch] = [owner, epoch];
    while (this.#underWay > 0) await delay(1);
    return { status: 200, body: this.owned() };
  }

  async #patch(key: string, values: { email: string }, epoch: number, idempotencyKey: unknown) {
    const notOwner = () => ({
      status: 409,
      body: { ...problem('not-the-owner'), owner: this.owner, epoch: this.epoch },
    });
    if (this.owner !== 'service' || epoch !== this.epoch) return notOwner();
    if (key === '404') return { status: 404, body: problem('key-not-found') };
    this.#underWay++;
    await delay(this.writeMs);
    this.#underWay--;
    if (this.owner !== 'service' || epoch !== this.epoch) return notOwner();
    const before = typeof idempotencyKey === 'string' ? this.#keys.get(idempotencyKey) : undefined;
    if (before === undefined) this.writes.push({ by: 'service', id: values.email, epoch });
    if (typeof idempotencyKey === 'string') this.#keys.set(idempotencyKey, values.email);
    this.waiting++;
    const position = this.carryMs === null ? null : await this.#carry(values.email, this.carryMs);
    return { status: 200, body: { data: values, sequence: 1, position } };
  }

  async #carry(id: string, afterMs: number): Promise<string> {
    await delay(afterMs);
    this.waiting--;
    this.carriedPosition = this.carried(id);
    return this.carriedPosition;
  }
}

const problem = (code: string) => ({ type: `urn:problem-type:banyan:${code}`, detail: code });
