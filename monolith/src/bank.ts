import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { type DatabaseSettings, openPool } from './database.ts';
import { applySchema } from './schema.ts';

/** What a bank needs to run. */
export interface BankOptions {
  /** The TCP port; 0 lets the system choose. */
  readonly port: number;
  /** The address it listens on, 127.0.0.1 by default; `0.0.0.0` is all of the machine's. */
  readonly host?: string;
  readonly database: DatabaseSettings;
  /** Database connections at most, 16 by default. */
  readonly connectionLimit?: number;
  /** How long a transfer waits for an account another one holds, 5 s by default; then it is run again. */
  readonly lockWaitSeconds?: number;
  /** Where faults and repeated transactions are told, stderr by default. */
  readonly log?: (line: string) => void;
}

/** A bank. `listen` once, `close` any number of times. */
export interface Bank {
  /** Creates database and tables where absent, then answers. Rejects when either cannot be had. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes no new connection, answers the requests it has (10 s at most), then leaves the database. */
  close(): Promise<void>;
}

/** The bank cannot listen on its port; `cause` is the system's error. */
export class PortTaken extends Error {
  constructor(port: number, cause: Error) {
    super(`the bank cannot listen on port ${port}: ${cause.message}; stop what listens there, or choose another port`, {
      cause,
    });
    this.name = 'PortTaken';
  }
}

const DRAIN_TIMEOUT_MS = 10_000;
const IDLE_SWEEP_MS = 20;
// Longer than any client keeps an unused connection, so that it is the client who hangs up.
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Makes a bank; nothing is opened before `listen`. */
export function createBank(options: BankOptions): Bank {
  const host = options.host ?? '127.0.0.1';
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const pool = openPool(options.database, {
    connectionLimit: options.connectionLimit ?? 16,
    lockWaitSeconds: options.lockWaitSeconds ?? 5,
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, createApp(pool, log));

  async function drain(): Promise<void> {
    if (!server.listening) return;
    const drained = new Promise<void>((resolve) => server.close(() => resolve()));
    // A kept-alive connection becomes idle only after its answer; close() looks at them once, so look again.
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
    await drained;
    clearInterval(sweep);
    clearTimeout(deadline);
  }

  let closing: Promise<void> | undefined;
  return {
    async listen() {
      await applySchema(options.database);
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error) => reject(new PortTaken(options.port, error)));
        server.listen(options.port, host, resolve);
      });
      const { port } = server.address() as AddressInfo;
      return { url: `http://${host}:${port}`, port };
    },
    close() {
      closing ??= drain().then(() => pool.end());
      return closing;
    },
  };
}
