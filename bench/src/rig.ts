import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, openBridge } from '@banyan/e2e/src/bridge.ts';
import { freePorts } from '@banyan/e2e/src/free-ports.ts';
import { leftovers } from '@banyan/e2e/src/leftovers.ts';
import { type Progress, readConfig, Stack } from '@banyan/stack';
import { Children } from './child.ts';
import { tableNames } from './table-names.ts';

const root = join(import.meta.dirname, '../..');
const longestSnapshotMs = 900_000;

/** The real parts in a folder of their own on free ports, and all that a benchmark starts beside them; it ends as one. */
export class Rig {
  readonly stack: Stack;
  readonly folder: string;
  readonly children: Children;
  readonly rows: number;
  readonly say: (text: string) => void;
  readonly #cleanups: (() => Promise<unknown>)[] = [];
  #lines: Promise<Bridge> | null = null;

  private constructor(stack: Stack, folder: string, rows: number, say: (text: string) => void) {
    this.stack = stack;
    this.folder = folder;
    this.rows = rows;
    this.say = say;
    this.children = new Children({ BANYAN_STACK: folder });
  }

  /** `rows`: how many the large table has. */
  static async open(rows: number, say: (text: string) => void, signal: AbortSignal): Promise<Rig> {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-bench-'));
    const progress: Progress = (part, text) => say(`${part} ${text}`);
    try {
      const config = readConfig(
        { ...process.env, BANYAN_DATA: folder, BANYAN_PORT_BASE: '' },
        { root, purpose: 'bench', portBase: await freePorts(8) },
      );
      const stack = await Stack.prepare(config, progress, signal);
      await stack.start({ progress, signal });
      return new Rig(stack, folder, rows, say);
    } catch (error) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      throw error;
    }
  }

  /** Runs when the rig is closed, the latest first, while the stack still runs. */
  onClose(cleanup: () => Promise<unknown>): void {
    this.#cleanups.push(cleanup);
  }

  /** A table of that many ledger lines, all of it in a topic by Debezium's snapshot; made once. */
  lines(): Promise<Bridge> {
    this.#lines ??= this.#fill('bench_lines', this.rows);
    return this.#lines;
  }

  /** Another one, of a size of its own, or several alike that have so many rows together. */
  async otherLines(name: string, rows: number, tables = 1): Promise<Bridge> {
    return this.#fill(name, rows, tables);
  }

  async #fill(name: string, rows: number, tables = 1): Promise<Bridge> {
    const bridge = await openBridge(name, this.stack);
    this.onClose(async () => {
      bridge.source.destroy();
      bridge.read.destroy();
    });
    const names = tableNames(tables);
    for (const table of names) {
      await bridge.source.query(ledgerLines, [table]);
      for (let from = 1; from <= rows / tables; from += 50_000)
        await bridge.source.query(`${fillLines} seq_${from}_to_${Math.min(rows / tables, from + 49_999)}`, [table]);
    }
    this.say(`${rows.toLocaleString('en')} ledger lines are in the source; Debezium takes its snapshot`);
    await bridge.capture(names, longestSnapshotMs);
    return bridge;
  }

  async close(): Promise<void> {
    await this.children.close();
    for (const cleanup of this.#cleanups.reverse()) await cleanup().catch(() => {});
    await this.stack.stop();
    await leftovers(this.folder);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The bank's own, without the tables that its foreign keys name. */
const ledgerLines = `CREATE TABLE ?? (
  id            BIGINT         NOT NULL AUTO_INCREMENT,
  account_id    BIGINT         NOT NULL,
  transfer_id   BIGINT         NULL,
  amount        DECIMAL(19, 4) NOT NULL,
  balance_after DECIMAL(19, 4) NOT NULL,
  purpose       VARCHAR(140)   NULL,
  booked_at     DATETIME(6)    NOT NULL,
  PRIMARY KEY (id),
  KEY account (account_id, id),
  KEY transfer (transfer_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci`;

const fillLines = `INSERT INTO ??
  SELECT seq, 1 + seq * 7919 % 20000, IF(seq % 10 = 0, NULL, seq DIV 2), (CAST(seq * 104729 % 2000000 AS SIGNED) - 1000000) / 10000,
    seq * 15485863 % 900000000 / 10000, IF(seq % 4 = 0, NULL, CONCAT('Invoice ', seq * 31 % 99991, ', customer ', seq % 4099)),
    '2024-01-01' + INTERVAL seq * 37 SECOND + INTERVAL seq * 7919 % 1000000 MICROSECOND
  FROM`;
