import { writeBackGrants } from '@banyan/kit';
import { onDatabase } from '@banyan/kit/testkit';
import { openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { eventually } from './eventually.ts';
import { asked, Facades } from './facades.ts';
import { projectionNamed } from './projections/index.ts';
import { ServiceProcess } from './service-process.ts';

/** The bank, the service that may own its customers' contacts, and facades before both. */
export class ContactMigration {
  readonly bridge: Bridge;
  readonly bank: RunningBank;
  projector!: ServiceProcess;
  api!: ServiceProcess;
  readonly #facades: Facades;
  #apiUrl = '';

  private constructor(bridge: Bridge, bank: RunningBank, facades: Facades) {
    this.bridge = bridge;
    this.bank = bank;
    this.#facades = facades;
  }

  static async open(name: string, facades = 2): Promise<ContactMigration> {
    const bridge = await openBridge(name);
    const bank = await openBank(bridge);
    await bridge.capture(['customers']);
    const migration = new ContactMigration(bridge, bank, await Facades.open(bridge));
    await migration.#begin(facades);
    return migration;
  }

  async #begin(count: number): Promise<void> {
    await this.#makeUser();
    await this.startProjector();
    await this.startApi();
    await this.projector.state('streaming');
    await this.bridge.caughtUp();
    await this.prove();
    for (let index = 0; index < count; index++) await this.startFacade(index);
  }

  /** With the rights of writeBackGrants alone. */
  async #makeUser(): Promise<void> {
    const grants = writeBackGrants(onDatabase(await projectionNamed('customer-contacts'), this.bridge.name));
    const password = await this.bridge.stack.credentials.password('write-back');
    const { source } = this.bridge;
    await source.query('SET SESSION sql_log_bin = 0');
    await source.query("CREATE USER IF NOT EXISTS `write-back`@'127.0.0.1' IDENTIFIED BY ?", [password]);
    for (const what of grants) await source.query(`GRANT ${what} TO \`write-back\`@'127.0.0.1'`);
    await source.query('SET SESSION sql_log_bin = 1');
  }

  async startProjector(more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.projector?.kill();
    this.projector = await ServiceProcess.start('project', {
      ...this.#environment,
      WRITE_BACK_DB_USER: 'write-back',
      WRITE_BACK_DB_PASSWORD: await this.bridge.stack.credentials.password('write-back'),
      ...more,
    });
  }

  /** Or in place of one that was killed, at its address. */
  async startApi(): Promise<void> {
    await this.api?.kill();
    const port = this.#apiUrl === '' ? '0' : new URL(this.#apiUrl).port;
    this.api = await ServiceProcess.start('serve', { ...this.#environment, PORT: port });
    this.#apiUrl = await this.api.url();
  }

  /** Or in place of one that was killed. */
  async startFacade(index: number): Promise<void> {
    await this.#facades.start(index, {
      MONOLITH_URL: this.bank.url,
      SERVICES: `customer-contacts=${this.#apiUrl}`,
      // A replica that was killed is forgotten soon: the tests kill many.
      WRITE_LEASE_MS: '2000',
    });
  }

  async prove(): Promise<void> {
    const proof = await ServiceProcess.start('prove', this.#environment);
    await proof.gone();
    const { message } = proof.log.at(-1) ?? {};
    if (message !== 'equal') throw new Error(`the proof says ${JSON.stringify(proof.log.at(-1))}`);
  }

  get facades(): readonly ServiceProcess[] {
    return this.#facades.all;
  }

  admin(path: string, body?: unknown, index = 0) {
    return this.#facades.admin(path, body, index);
  }

  /** How the route stands, as one facade knows it. */
  async route(index = 0) {
    const { body } = await this.admin('/routes', undefined, index);
    return body.routes.find(({ name }: { readonly name: string }) => name === 'contact');
  }

  /** Tries for as long as what refuses may pass: a replica that was killed is forgotten after a while. */
  async move(to: 'monolith' | 'service', limitMs = 30_000): Promise<void> {
    await eventually(
      `contacts come to the ${to}`,
      async () => {
        const { state } = await this.route();
        if (state.stage === to && state.phase === 'settled') return true;
        const { status, body } = await this.admin('/routes/contact', { to, reason: 'the test goes on' });
        if (status === 200) return true;
        const said = this.facades[0]!.log.findLast((line) => 'error' in line);
        throw new Error(`${status} ${JSON.stringify([body, said])}`);
      },
      limitMs,
    );
    for (const index of this.facades.keys())
      await eventually(`facade ${index} knows`, async () => {
        const { state } = await this.route(index);
        return state.stage === to && state.phase === 'settled';
      });
  }

  /** What the service says of the columns. */
  async owned() {
    return (await asked(`${this.#apiUrl}/owned/customers`)).body;
  }

  async disputes() {
    return (await asked(`${this.#apiUrl}/owned/customers/disputes`)).body.disputes;
  }

  decide(customer: string, take: 'ours' | 'theirs') {
    return asked(`${this.#apiUrl}/owned/customers/disputes/${customer}`, { take, reason: 'seen' });
  }

  /** Where clients ask. */
  url(index = 0): Promise<string> {
    return this.#facades.url(index);
  }

  async close(): Promise<void> {
    await this.#facades.close();
    for (const service of [this.projector, this.api]) await service?.kill();
    await this.bank.close();
    await this.bridge.close();
  }

  get #environment(): Readonly<Record<string, string>> {
    return { ...this.bridge.environment, PROJECTION: 'customer-contacts' };
  }
}
