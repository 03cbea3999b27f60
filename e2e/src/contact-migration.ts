import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DevIssuer, writeBackGrants } from '@banyan/kit';
import { onDatabase } from '@banyan/kit/testkit';
import { openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { open } from './database.ts';
import { eventually } from './eventually.ts';
import { projectionNamed } from './projections/index.ts';
import { ServiceProcess } from './service-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const facadeMain = join(import.meta.dirname, '../../strangler/bank/src/main.ts');

/** The bank, the service that may own its customers' contacts, and facades before both. */
export class ContactMigration {
  readonly bridge: Bridge;
  readonly bank: RunningBank;
  readonly facades: ServiceProcess[] = [];
  projector!: ServiceProcess;
  api!: ServiceProcess;
  readonly #issuer: DevIssuer;
  readonly #folder: string;
  #apiUrl = '';

  private constructor(bridge: Bridge, bank: RunningBank, issuer: DevIssuer, folder: string) {
    this.bridge = bridge;
    this.bank = bank;
    this.#issuer = issuer;
    this.#folder = folder;
  }

  static async open(name: string, facades = 2): Promise<ContactMigration> {
    const bridge = await openBridge(name);
    const bank = await openBank(bridge);
    await bridge.capture(['customers']);
    const issuer = await DevIssuer.open({ audience: 'bank' });
    const migration = new ContactMigration(bridge, bank, issuer, await temporaryFolder('facade'));
    await migration.#begin(facades);
    return migration;
  }

  async #begin(count: number): Promise<void> {
    await writeFile(join(this.#folder, 'keys'), JSON.stringify(this.#issuer.keySet));
    await writeFile(join(this.#folder, 'read-after'), randomBytes(32).toString('base64'));
    await this.#makeUser();
    await this.startProjector();
    await this.startApi();
    await this.projector.state('streaming');
    await this.bridge.caughtUp();
    const root = await open(await this.bridge.stack.rootAccess('read-db'));
    await root.query('CREATE DATABASE ??', [this.#stateDatabase]);
    await root.end();
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

  async startFacade(index: number): Promise<void> {
    await this.facades[index]?.kill();
    const { stack } = this.bridge;
    const [state, source] = [await stack.rootAccess('read-db'), await stack.rootAccess('source-db')];
    this.facades[index] = await ServiceProcess.run([facadeMain], {
      PORT: '0',
      ADMIN_PORT: '0',
      MONOLITH_URL: this.bank.url,
      SERVICES: `customer-contacts=${this.#apiUrl}`,
      STATE_DB_PORT: String(state.port),
      STATE_DB_USER: state.user,
      STATE_DB_PASSWORD: state.password,
      STATE_DB_NAME: this.#stateDatabase,
      SOURCE_DB_PORT: String(source.port),
      SOURCE_DB_USER: source.user,
      SOURCE_DB_PASSWORD: source.password,
      READ_AFTER_KEY_FILE: join(this.#folder, 'read-after'),
      AUTH_JWKS_URL: pathToFileURL(join(this.#folder, 'keys')).href,
      AUTH_ISSUER: this.#issuer.issuer,
      AUTH_AUDIENCE: 'bank',
      // A replica that was killed is forgotten soon: the tests kill many.
      WRITE_LEASE_MS: '2000',
    });
    await this.facades[index]!.url();
  }

  async prove(): Promise<void> {
    const proof = await ServiceProcess.start('prove', this.#environment);
    await proof.gone();
    const { message } = proof.log.at(-1) ?? {};
    if (message !== 'equal') throw new Error(`the proof says ${JSON.stringify(proof.log.at(-1))}`);
  }

  async admin(path: string, body?: unknown, index = 0) {
    const url = await eventually('the facade says where its admin port is', () =>
      this.facades[index]!.log.map(({ adminUrl }) => adminUrl).find((one) => typeof one === 'string'),
    );
    const token = await this.#issuer.serviceToken('operator', ['routes:read', 'routes:write']);
    return asked(`${url}${path}`, { authorization: `Bearer ${token}` }, body);
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
    return (await asked(`${this.#apiUrl}/owned/customers`, {})).body;
  }

  async disputes() {
    return (await asked(`${this.#apiUrl}/owned/customers/disputes`, {})).body.disputes;
  }

  decide(customer: string, take: 'ours' | 'theirs') {
    return asked(`${this.#apiUrl}/owned/customers/disputes/${customer}`, {}, { take, reason: 'seen' });
  }

  /** Where clients ask. */
  url(index = 0): Promise<string> {
    return this.facades[index]!.url();
  }

  async close(): Promise<void> {
    for (const facade of this.facades) await facade.kill();
    for (const service of [this.projector, this.api]) await service?.kill();
    await this.bank.close();
    const root = await open(await this.bridge.stack.rootAccess('read-db'));
    await root.query('DROP DATABASE IF EXISTS ??', [this.#stateDatabase]);
    await root.end();
    await this.bridge.close();
  }

  get #environment(): Readonly<Record<string, string>> {
    return { ...this.bridge.environment, PROJECTION: 'customer-contacts' };
  }

  get #stateDatabase(): string {
    return `${this.bridge.name}_facade`;
  }
}

async function asked(url: string, headers: Readonly<Record<string, string>>, body?: unknown) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document that the test looks into.
  return { status: response.status, body: (await response.json()) as any };
}
