import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DevIssuer } from '@banyan/kit';
import type { Bridge } from './bridge.ts';
import { open } from './database.ts';
import { eventually } from './eventually.ts';
import { ServiceProcess } from './service-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const main = join(import.meta.dirname, '../../strangler/bank/src/main.ts');

/** Facades before a bank, each a process of its own, on a database of theirs. */
export class Facades {
  readonly all: ServiceProcess[] = [];
  readonly #bridge: Bridge;
  readonly #issuer: DevIssuer;
  readonly #folder: string;

  private constructor(bridge: Bridge, issuer: DevIssuer, folder: string) {
    this.#bridge = bridge;
    this.#issuer = issuer;
    this.#folder = folder;
  }

  static async open(bridge: Bridge): Promise<Facades> {
    const folder = await temporaryFolder('facade');
    const facades = new Facades(bridge, await DevIssuer.open({ audience: 'bank' }), folder);
    await writeFile(join(folder, 'keys'), JSON.stringify(facades.#issuer.keySet));
    await writeFile(join(folder, 'read-after'), randomBytes(32).toString('base64'));
    await facades.#onServer('CREATE DATABASE ??');
    return facades;
  }

  /** Starts one, or that one in its place; `environment` says where bank and services are. */
  async start(index: number, environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    await this.all[index]?.kill();
    const { stack } = this.#bridge;
    const [state, source] = [await stack.rootAccess('read-db'), await stack.rootAccess('source-db')];
    const facade = await ServiceProcess.run([main], {
      PORT: '0',
      ADMIN_PORT: '0',
      STATE_DB_PORT: String(state.port),
      STATE_DB_USER: state.user,
      STATE_DB_PASSWORD: state.password,
      STATE_DB_NAME: this.#database,
      SOURCE_DB_PORT: String(source.port),
      SOURCE_DB_USER: source.user,
      SOURCE_DB_PASSWORD: source.password,
      READ_AFTER_KEY_FILE: join(this.#folder, 'read-after'),
      AUTH_JWKS_URL: pathToFileURL(join(this.#folder, 'keys')).href,
      AUTH_ISSUER: this.#issuer.issuer,
      AUTH_AUDIENCE: 'bank',
      ...environment,
    });
    this.all[index] = facade;
    await facade.url();
    return facade;
  }

  /** Where clients ask. */
  url(index = 0): Promise<string> {
    return this.all[index]!.url();
  }

  /** Asks the admin port as somebody who may see and move routes. */
  async admin(path: string, body?: unknown, index = 0) {
    const url = await eventually('the facade says where its admin port is', () =>
      this.all[index]!.log.map(({ adminUrl }) => adminUrl).find((one) => typeof one === 'string'),
    );
    const token = await this.#issuer.serviceToken('operator', ['routes:read', 'routes:write']);
    return asked(`${url}${path}`, body, { authorization: `Bearer ${token}` });
  }

  async close(): Promise<void> {
    for (const facade of this.all) await facade.kill();
    await this.#onServer('DROP DATABASE IF EXISTS ??');
  }

  async #onServer(sql: string): Promise<void> {
    const root = await open(await this.#bridge.stack.rootAccess('read-db'));
    await root.query(sql, [this.#database]);
    await root.end();
  }

  get #database(): string {
    return `${this.#bridge.name}_facade`;
  }
}

/** GET, or POST of a JSON document, and the document that comes back. */
export async function asked(url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document that the test looks into.
  return { status: response.status, body: (await response.json()) as any };
}
