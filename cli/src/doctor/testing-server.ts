// A MariaDB of a test's own: what is set and planted there disturbs nobody, and nobody else's rows are found.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { captureUserStatements } from '@banyan/connectors';
import { portsFrom, readConfig, Stack } from '@banyan/stack';
import type { Connection } from 'mysql2/promise';
import { open } from '../../../e2e/src/database.ts';
import { freePorts } from '../../../e2e/src/free-ports.ts';
import { examine, type Report } from './examine.ts';
import { openSource, type SourceAddress } from './source.ts';

export const limits = { rows: 200_000, logEvents: 0, timeoutMs: 60_000 };

export class OwnServer {
  /** As root. */
  readonly admin: Connection;
  readonly #stack: Stack;
  readonly #address: SourceAddress;

  private constructor(stack: Stack, admin: Connection, address: SourceAddress) {
    this.#stack = stack;
    this.admin = admin;
    this.#address = address;
  }

  /** Below the folder, with the users `capture`, who may do what capture needs, and `reader`, who may SELECT and nothing else. */
  static async start(folder: string): Promise<OwnServer> {
    const config = readConfig(process.env, { root: folder, purpose: 'doctor', portBase: 20_000 });
    const dataDir = join(folder, `doctor-${randomUUID().slice(0, 8)}`);
    const stack = await Stack.prepare({ ...config, dataDir, ports: portsFrom(await freePorts(8)) }, () => {});
    await stack.start({ parts: ['source-db'], progress: () => {} });
    const password = await stack.credentials.password('capture');
    const root = await stack.rootAccess('source-db');
    const admin = await open(root);
    for (const statement of captureUserStatements({ name: 'capture', host: '127.0.0.1', password }))
      await admin.query(statement);
    await admin.query(`CREATE USER reader@'127.0.0.1' IDENTIFIED BY ?`, [password]);
    await admin.query(`GRANT SELECT ON *.* TO reader@'127.0.0.1'`);
    return new OwnServer(stack, admin, {
      host: '127.0.0.1',
      port: root.port,
      user: 'capture',
      password,
      database: null,
    });
  }

  rootAccess() {
    return this.#stack.rootAccess('source-db');
  }

  address(change: Partial<SourceAddress> = {}): SourceAddress {
    return { ...this.#address, ...change };
  }

  url(database: string, user = 'capture'): string {
    return `mariadb://${user}@127.0.0.1:${this.#address.port}/${database}`;
  }

  /** What a session of its own finds. */
  async examine(address: Partial<SourceAddress>, change: Partial<typeof limits> = {}): Promise<Report> {
    const source = this.address(address);
    await using session = await openSource(source);
    const { signal } = new AbortController();
    return await examine({
      session,
      database: source.database,
      bridge: null,
      say: () => {},
      signal,
      ...limits,
      ...change,
    });
  }

  /** Rows of tables that all sessions together have read since it was started; those that are open count when they end. */
  async rowsRead(): Promise<number> {
    const [rows] = await this.admin.query("SHOW GLOBAL STATUS LIKE 'Rows_read'");
    return Number((rows as unknown as { Value: string }[])[0]!.Value);
  }

  async stop(): Promise<void> {
    this.admin.destroy();
    await this.#stack.stop();
  }
}

/** The codes of a report, each once. */
export const codesOf = ({ findings }: Report): string[] => [...new Set(findings.map(({ code }) => code))].sort();
