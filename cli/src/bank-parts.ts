import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Part, type Stack } from '@banyan/stack';

const run = promisify(execFile);
const trafficOptions = ['--rate', '5', '--clients', '1', '--for', '1440m', '--seed', '1'];
const root = join(import.meta.dirname, '../..');

/** The processes around the stack: the monolith, and the two roles of the one service. */
export interface BankParts {
  readonly bank: Part;
  /** A few transfers a second: a read model knows its position from the first commit after its snapshot. */
  readonly traffic: Part;
  readonly projector: Part;
  readonly api: Part;
  readonly bankUrl: string;
  /** Fills the bank by its own command; a bank that is filled already stays as it is. Resolves to what it said. */
  readonly seed: () => Promise<string>;
  readonly apiUrl: string;
}

/** Their ports follow the stack's. */
export async function bankParts(stack: Stack, portBase: number): Promise<BankParts> {
  const [bankPort, apiPort, projectorPort] = [portBase + 8, portBase + 9, portBase + 10];
  const bankUrl = `http://127.0.0.1:${bankPort}`;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const service = {
    READ_DB_PORT: String(stack.ports['read-db']),
    READ_DB_USER: 'accounts',
    READ_DB_PASSWORD_FILE: join(stack.credentials.folder, 'accounts.password'),
    READ_DB_NAME: 'accounts',
  };
  const bank = {
    BANK_PORT: String(bankPort),
    BANK_DB_PORT: String(stack.ports['source-db']),
    BANK_DB_USER: 'bank',
    BANK_DB_PASSWORD: await stack.credentials.password('bank'),
  };
  const kafka = { KAFKA_BROKERS: stack.kafka, SCHEMA_REGISTRY_URL: stack.registryUrl, TOPIC_PREFIX: 'bank' };
  const part = (name: string, main: string, role: string, port: number, env: Record<string, string>, path: string) =>
    new Part(
      {
        name,
        command: [process.execPath, '--disable-warning=TimeoutNegativeWarning', join(root, main), role],
        env,
        ports: [port],
        graceMs: 10_000,
        prepare: async () => {},
        answers: () => answers(`http://127.0.0.1:${port}${path}`),
      },
      stack.dataDir,
    );
  return {
    bank: part('bank', 'monolith/src/main.ts', 'serve', bankPort, bank, '/health'),
    traffic: new Part(
      {
        name: 'traffic',
        command: [process.execPath, join(root, 'monolith/src/main.ts'), 'traffic', ...trafficOptions, '--url', bankUrl],
        ports: [],
        graceMs: 5000,
        prepare: async () => {},
        answers: async () => {},
      },
      stack.dataDir,
    ),
    projector: part(
      'projector',
      'consumers/accounts/src/main.ts',
      'project',
      projectorPort,
      { ...service, ...kafka, PORT: String(projectorPort) },
      '/ready',
    ),
    api: part(
      'accounts',
      'consumers/accounts/src/main.ts',
      'serve',
      apiPort,
      { ...service, PORT: String(apiPort) },
      '/ready',
    ),
    bankUrl,
    apiUrl,
    seed: async () => {
      const main = join(root, 'monolith/src/main.ts');
      const { stdout } = await run(process.execPath, [main, 'seed'], { env: { PATH: process.env.PATH, ...bank } });
      return stdout.trim();
    },
  };
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch((error: Error) => {
    throw new Error((error.cause as Error | undefined)?.message || error.message);
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(reasonIn(text) ?? `HTTP ${response.status}`);
}

function reasonIn(text: string): string | null {
  try {
    const { state, reason } = JSON.parse(text) as { state?: string; reason?: string };
    return reason ?? state ?? null;
  } catch {
    return null;
  }
}
