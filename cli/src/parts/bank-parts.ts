import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Part, Stack } from '@banyan/stack';
import { project } from '../project/project.ts';
import { nodePart } from './node-part.ts';

const run = promisify(execFile);

/** The monolith, and the business that goes on in it. */
export interface BankParts {
  readonly bank: Part;
  readonly bankUrl: string;
  readonly traffic: Part;
  /** Fills the bank by its own command; a bank that is filled already stays as it is. Resolves to what it said. */
  readonly seed: () => Promise<string>;
}

/** `rate` is the traffic's, in transactions a second. */
export async function bankParts(stack: Stack, rate: number): Promise<BankParts> {
  return describe(stack, rate, await stack.credentials.password('bank'));
}

/** The same to be looked at and stopped: nothing is made for it, so it cannot be started. */
export const seenBankParts = (stack: Stack): BankParts => describe(stack, 0, '');

function describe(stack: Stack, rate: number, password: string): BankParts {
  const main = join(project().folder, 'monolith/src/main.ts');
  const port = stack.ports['source-db'] + 8;
  const env = {
    BANK_PORT: String(port),
    BANK_DB_PORT: String(stack.ports['source-db']),
    BANK_DB_USER: 'bank',
    BANK_DB_PASSWORD: password,
  };
  const business = ['--mix', 'full', '--rate', String(rate), '--clients', '2', '--for', '1440m'];
  return {
    bank: nodePart(stack, { name: 'bank', main, args: ['serve'], env, health: { port, path: '/health' } }),
    bankUrl: `http://127.0.0.1:${port}`,
    traffic: nodePart(stack, { name: 'traffic', main, args: ['traffic', ...business], env }),
    seed: async () => {
      const { stdout } = await run(process.execPath, [main, 'seed'], { env: { PATH: process.env.PATH, ...env } });
      return stdout.trim();
    },
  };
}
