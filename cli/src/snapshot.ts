import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isSnapshotLine, type SnapshotCost, snapshotCost, unknownSnapshot } from '@banyan/connectors';
import type { Stack } from '@banyan/stack';

/** What the latest snapshot of a connector cost its source: from the worker's log, or as it was written down when the log is gone. */
export async function snapshotOf(stack: Stack, prefix: string): Promise<SnapshotCost> {
  const { logFile } = stack.part('connect');
  const lines = [...(await snapshotLines(`${logFile}.1`)), ...(await snapshotLines(logFile))];
  const seen = snapshotCost(lines, prefix);
  return seen.state === 'unknown' ? await kept(stack, prefix) : seen;
}

/** Writes it down: of a log, no more than the one before the latest is kept. */
export async function keepSnapshot(stack: Stack, prefix: string): Promise<SnapshotCost> {
  const cost = await snapshotOf(stack, prefix);
  if (cost.state === 'done') await writeFile(fileOf(stack, prefix), JSON.stringify(cost));
  return cost;
}

/** `7,396 rows of 8 tables in 2.1 s; writes blocked for 0.04 s, one transaction open for 2.0 s`; null when nothing is known. */
export function snapshotText(cost: SnapshotCost): string | null {
  if (cost.state === 'unknown') return null;
  const rows = `${(cost.rows ?? 0).toLocaleString('en')} rows of ${cost.tables.length} tables`;
  const locked = cost.lockedMs === null ? '' : `; writes blocked for ${seconds(cost.lockedMs)}`;
  const age = cost.ageMs === null ? '' : `, one transaction open for ${seconds(cost.ageMs)}`;
  const tries = cost.attempts > 1 ? `; begun ${cost.attempts} times` : '';
  return `${cost.state === 'done' ? '' : `${cost.state}, `}${rows}${locked}${age}${tries}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const fileOf = (stack: Stack, prefix: string): string => join(stack.dataDir, `snapshot-${prefix}.json`);

async function kept(stack: Stack, prefix: string): Promise<SnapshotCost> {
  try {
    return JSON.parse(await readFile(fileOf(stack, prefix), 'utf8')) as SnapshotCost;
  } catch {
    return unknownSnapshot;
  }
}

/** None of a file that is not there. */
async function snapshotLines(file: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file) }))
      if (isSnapshotLine(line)) found.push(line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return found;
}
