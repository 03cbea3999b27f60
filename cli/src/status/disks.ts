import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Stack } from '@banyan/stack';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { Problem } from '../errors.ts';

const parts = ['source-db', 'read-db', 'kafka', 'registry', 'connect'] as const;
type PartName = (typeof parts)[number];

/** Which parts have no space left for their data. What cannot be asked within the limit is not among them; never rejects. */
export async function fullDisks(stack: Stack, limitMs: number): Promise<Problem[]> {
  const found = await Promise.all(parts.map((name) => fullDisk(stack, name, limitMs).catch(() => null)));
  return found.filter((one) => one !== null);
}

async function fullDisk(stack: Stack, name: PartName, limitMs: number): Promise<Problem | null> {
  const part = stack.part(name);
  const problem = (happened: string, then: string): Problem => ({
    where: name,
    code: 'disk-full',
    message: `${name} ${happened}: there is no space left on the disk of its data`,
    remedy: `make space there (in ${stack.dataDir}, unless it was moved), then ${then}`,
  });
  if (await part.hasDied()) {
    return (await saysFull(part.logFile)) ? problem('has ended by itself', 'start it: banyan up') : null;
  }
  if ((name !== 'source-db' && name !== 'read-db') || !(await part.isRunning())) return null;
  const waiting = await waitingForSpace(stack, name, limitMs);
  const wake = waiting.map((id) => `KILL QUERY ${id};`).join(' ');
  return waiting.length > 0 ? problem('commits nothing', `have it look again, nothing is lost: ${wake}`) : null;
}

/** ENOSPC; and what a JVM says when a page of a mapped file finds no space, as of Kafka's indexes. */
const full = /No space left on device|a fault occurred in an? (recent )?unsafe memory access/;

/** In the log of its latest start; what came of it may be told at length after it. */
async function saysFull(logFile: string): Promise<boolean> {
  const { size } = await stat(logFile);
  const lines = createInterface({ input: createReadStream(logFile, { start: Math.max(0, size - 8 * 1024 * 1024) }) });
  for await (const line of lines) if (full.test(line)) return true;
  return false;
}

/**
 * The sessions that wait. MariaDB fails no commit for want of space in its binlog; it is meant to look again every minute, but
 * 11.4 waits until it is woken (mariadb_sleep_for_space in sql/sql_class.cc). Killed with space there, the commit succeeds.
 */
async function waitingForSpace(stack: Stack, name: 'source-db' | 'read-db', limitMs: number): Promise<number[]> {
  const connection = await mysql.createConnection({ ...(await stack.rootAccess(name)), connectTimeout: limitMs });
  try {
    const sql = "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for someone to free%'";
    const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: limitMs });
    return rows.map(({ id }) => Number(id));
  } finally {
    connection.destroy();
  }
}
