import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rows } from './database.ts';
import { eventually } from './eventually.ts';
import type { Migration } from './migration.ts';
import { temporaryFolder } from './temporary-folder.ts';

const root = join(import.meta.dirname, '../..');

/** Those of the monolith's own tests that ask one running bank by HTTP. */
export const bankTests = ['reads', 'transfers', 'pages', 'hostile'] as const;
/** As these do, which take long and read by no route: wherever routes stand they ask the same. */
export const slowBankTests = ['concurrency', 'lock-wait'] as const;
const routes = ['accounts', 'account', 'ledger', 'customer', 'customer-search', 'customer-overview'] as const;

/**
 * The bank's own tests, as they are, of a bank that stands behind the migration's facade, on its database, which is captured: they open
 * it themselves, at the port where the facade looks for it, and ask the facade.
 */
export class BankTests {
  readonly #migration: Migration;

  private constructor(migration: Migration) {
    this.#migration = migration;
  }

  /** Ends the migration's bank, and empties its database. */
  static async of(migration: Migration): Promise<BankTests> {
    await migration.bank.close();
    const { source } = migration.bridge;
    await source.query('SET FOREIGN_KEY_CHECKS = 0');
    for (const table of await rows<object>(source, 'SHOW TABLES'))
      await source.query('DELETE FROM ??', Object.values(table));
    return new BankTests(migration);
  }

  /** Runs them in every state of the routes; the last of these is `retired`, from which nothing comes back. Throws with what has failed, or differed. */
  async passInEveryState(names: readonly string[]): Promise<void> {
    for (const route of routes) await this.#migration.moveTo(route, 'monolith');
    await this.#pass(names);
    for (const stage of ['shadow', 'canary', 'service']) {
      await this.#move(stage);
      const before = await eventually(`routes stand at ${stage}`, () => this.#servedIn(stage));
      await this.#pass(names);
      await eventually(
        `services were asked for each route in ${stage}`,
        async () => {
          const served = await this.#servedIn(stage);
          const without = routes.filter((_, at) => served[at]! <= before[at]!);
          if (without.length === 0) return true;
          // What a busy machine could not compare in time was dropped or left undecided: it is asked for again.
          await this.#pass(['reads']);
          throw new Error(`none of ${without.join(', ')}`);
        },
        120_000,
      );
    }
    // What is retired has nobody who answers where the route does not: requests that the bank refuses.
    await this.#move('retired');
    await this.#pass(['reads']);
  }

  async #move(stage: string): Promise<void> {
    await Promise.all(routes.map((route) => this.#migration.move(route, stage, { percent: 100, force: true })));
  }

  /** How often services have answered, or have said the same as the bank, by route. Throws when one has said another thing. */
  async #servedIn(stage: string): Promise<number[]> {
    const { body } = await this.#migration.admin('/routes');
    return routes.map((name) => {
      const { state, counts } = body.routes.find((one: { name: string }) => one.name === name);
      if (state.stage !== stage || counts.different > 0) throw new Error(JSON.stringify({ name, state, counts }));
      return stage === 'shadow' ? counts.equal : counts.answered;
    });
  }

  /** Runs them one after another. */
  async #pass(names: readonly string[]): Promise<void> {
    const { bridge } = this.#migration;
    // One of them ends all connections to its database.
    bridge.source.destroy();
    const report = join(await temporaryFolder('bank-tests'), 'report.json');
    const jest = [
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
    ];
    const options = [
      '--selectProjects',
      'int',
      '--runInBand',
      '--testTimeout=60000',
      '--json',
      `--outputFile=${report}`,
    ];
    const child = spawn(process.execPath, [...jest, ...options, `monolith/src/(${names.join('|')})\\.int`], {
      cwd: root,
      stdio: 'ignore',
      env: { ...process.env, ...(await this.#environment()) },
    });
    await once(child, 'exit');
    await bridge.reconnectSource();
    const { numPassedTests, testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
    const failed = testResults.filter(({ status }) => status !== 'passed');
    if (failed.length > 0 || testResults.length !== names.length || numPassedTests === 0)
      throw new Error(`of ${testResults.length} files failed: ${failed.map(({ message }) => message).join('\n')}`);
  }

  async #environment(): Promise<Record<string, string>> {
    const { bridge, bank } = this.#migration;
    const { host, port, user, password } = await bridge.stack.rootAccess('source-db');
    return {
      BANK_TEST_DB_HOST: host,
      BANK_TEST_DB_PORT: String(port),
      BANK_TEST_DB_USER: user,
      BANK_TEST_DB_PASSWORD: password,
      BANK_TEST_DB_NAME: bridge.name,
      BANK_TEST_PORT: new URL(bank.url).port,
      BANK_TEST_URL: await this.#migration.url(),
    };
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly { readonly status: string; readonly message: string }[];
}
