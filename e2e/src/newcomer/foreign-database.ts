import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig, Stack } from '@banyan/stack';
import type { Connection } from 'mysql2/promise';
import { open } from '../database.ts';
import { freePorts } from '../free-ports.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const trades = ['retail', 'healthcare', 'hr'] as const;
export type Trade = (typeof trades)[number];

const examples = join(import.meta.dirname, '../../../examples');

/** Somebody's MariaDB on this machine, with the database of one trade. */
export class ForeignDatabase {
  readonly port: number;
  readonly root: Connection;
  readonly #stack: Stack;

  private constructor(stack: Stack, root: Connection) {
    this.#stack = stack;
    this.root = root;
    this.port = stack.ports['source-db'];
  }

  static async open(trade: Trade): Promise<ForeignDatabase> {
    const folder = await temporaryFolder('foreign');
    const config = readConfig(
      { ...process.env, BANYAN_DATA: folder, BANYAN_PORT_BASE: '' },
      { root: folder, purpose: 'test', portBase: await freePorts(8) },
    );
    const stack = await Stack.prepare(config, () => {});
    await stack.start({ parts: ['source-db'], progress: () => {} });
    const root = await open(await stack.rootAccess('source-db'));
    await root.query(`CREATE DATABASE ${trade}; USE ${trade};`);
    for (const file of ['schema.sql', 'data.sql'])
      await root.query(await readFile(join(examples, trade, 'monolith', file), 'utf8'));
    return new ForeignDatabase(stack, root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.root.end();
    await this.#stack.stop();
    await rm(this.#stack.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
