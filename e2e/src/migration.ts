import type { Stack } from '@banyan/stack';
import { openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { open } from './database.ts';
import { eventually } from './eventually.ts';
import { Facades } from './facades.ts';
import { Link } from './link.ts';
import { ServiceProcess } from './service-process.ts';

/** Services of the checkout beside `accounts`, and the tables of all of them. */
const others = ['customer-search', 'account-overview'] as const;
const tables = [
  ...['accounts', 'ledger_lines', 'customers', 'addresses', 'customer_profiles'],
  ...['cards', 'card_operations', 'merchants'],
];

/** The bank with three services beside it, and facades before them: what a team has that moves its first routes. */
export class Migration {
  readonly bridge: Bridge;
  readonly bank: RunningBank;
  /** The facades' way to their own database. */
  readonly stateLink: Link;
  projector!: ServiceProcess;
  api!: ServiceProcess;
  /** Projectors and APIs of the other services. */
  readonly #others: ServiceProcess[] = [];
  readonly #urls: string[] = [];
  readonly #facades: Facades;
  #apiUrl = '';

  private constructor(bridge: Bridge, bank: RunningBank, link: Link, facades: Facades) {
    this.bridge = bridge;
    this.bank = bank;
    this.stateLink = link;
    this.#facades = facades;
  }

  static async open(name: string, facades = 1, stack?: Stack): Promise<Migration> {
    const bridge = await openBridge(name, stack);
    const bank = await openBank(bridge);
    await bridge.capture(tables);
    const link = await Link.to(bridge.stack.ports['read-db']);
    const migration = new Migration(bridge, bank, link, await Facades.open(bridge));
    await migration.#begin(facades);
    return migration;
  }

  async #begin(count: number): Promise<void> {
    const environment = { ...this.bridge.environment, PROJECTION: 'accounts' };
    this.projector = await ServiceProcess.start('project', environment);
    this.api = await ServiceProcess.start('serve', environment);
    this.#apiUrl = await this.api.url();
    for (const service of others) await this.#start(service);
    await this.projector.state('streaming');
    await this.bridge.caughtUp();
    for (let index = 0; index < count; index++) await this.startFacade(index);
  }

  /** A service on a database of its own. */
  async #start(service: string): Promise<void> {
    const database = this.#databaseOf(service);
    const root = await open(await this.bridge.stack.rootAccess('read-db'));
    await root.query('CREATE DATABASE ??', [database]);
    await root.end();
    const environment = { ...this.bridge.environment, READ_DB_NAME: database, PROJECTION: service };
    const [projector, api] = [
      await ServiceProcess.start('project', environment),
      await ServiceProcess.start('serve', environment),
    ];
    this.#others.push(projector, api);
    this.#urls.push(`${service}=${await api.url()}`);
    await projector.state('streaming');
  }

  /** Compares the service's read model with the bank's tables, as it is done once a day. */
  async prove(): Promise<void> {
    const proof = await ServiceProcess.start('prove', { ...this.bridge.environment, PROJECTION: 'accounts' });
    await proof.gone();
    const { message } = proof.log.at(-1) ?? {};
    if (message !== 'equal') throw new Error(`the proof says ${JSON.stringify(proof.log.at(-1))}`);
  }

  /** In place of one that was killed, at its address. */
  async restartApi(): Promise<void> {
    const { port } = new URL(this.#apiUrl);
    this.api = await ServiceProcess.start('serve', { ...this.bridge.environment, PROJECTION: 'accounts', PORT: port });
    await this.api.url();
  }

  /** Starts a facade, or that one in its place. */
  startFacade(index: number): Promise<ServiceProcess> {
    return this.#facades.start(index, {
      MONOLITH_URL: this.bank.url,
      SERVICES: [`accounts=${this.#apiUrl}`, ...this.#urls].join(),
      STATE_DB_PORT: String(this.stateLink.port),
    });
  }

  get facades(): readonly ServiceProcess[] {
    return this.#facades.all;
  }

  /** Where clients ask. */
  url(index = 0): Promise<string> {
    return this.#facades.url(index);
  }

  admin(path: string, body?: unknown, index = 0) {
    return this.#facades.admin(path, body, index);
  }

  /** Moves a route, and waits until each facade knows. */
  async move(route: string, to: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { status, body } = await this.admin(`/routes/${route}`, { to, reason: 'the test goes on', ...more });
    if (status !== 200) throw new Error(`${route} to ${to}: ${status} ${JSON.stringify(body)}`);
    for (const index of this.facades.keys()) await this.stands(route, to, index);
  }

  /** Moves a route step by step, whatever the gates say. */
  async moveTo(route: string, to: 'monolith' | 'shadow' | 'canary' | 'service'): Promise<void> {
    await this.move(route, 'monolith').catch(() => {});
    if (to === 'monolith') return;
    for (const stage of ['shadow', 'canary', 'service']) {
      await this.move(route, stage, { percent: 100, force: true });
      if (stage === to) return;
    }
  }

  /** Waits until a facade answers as it says there. */
  stands(route: string, stage: string, index = 0): Promise<unknown> {
    return eventually(`${route} stands at ${stage}`, async () => {
      const { body } = await this.admin('/routes', undefined, index);
      const found = body.routes.find(({ name }: { name: string }) => name === route);
      if (found?.state.stage !== stage || found.isSetAside) throw new Error(JSON.stringify(found ?? body));
      return true;
    });
  }

  async close(): Promise<void> {
    await this.#facades.close();
    for (const service of [this.projector, this.api, ...this.#others]) await service?.kill();
    await this.bank.close();
    const root = await open(await this.bridge.stack.rootAccess('read-db'));
    for (const service of others) await root.query('DROP DATABASE IF EXISTS ??', [this.#databaseOf(service)]);
    await root.end();
    await this.bridge.close();
    await this.stateLink.close();
  }

  #databaseOf(service: string): string {
    return `${this.bridge.name}_${service}`;
  }
}
