import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';

/** A process known by pid AND start time: a pid alone may belong to somebody else after a reboot or a wrap-around. */
export interface ProcessRecord {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot; source: proc(5). */
  readonly startTicks: string;
  readonly bootId: string;
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function stat(pid: number): { state: string; startTicks: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name stands in brackets and may hold blanks and brackets itself: fields count from the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
  } catch {
    return null;
  }
}

export function recordOf(pid: number): ProcessRecord | null {
  const found = stat(pid);
  return found ? { pid, startTicks: found.startTicks, bootId: bootId() } : null;
}

export function isRunning(record: ProcessRecord): boolean {
  const found = stat(record.pid);
  const hasEnded = found === null || found.state === 'Z' || found.state === 'X';
  return !hasEnded && found.startTicks === record.startTicks && bootId() === record.bootId;
}

/** Null when there is no record, or none that can be read: `writeRecord` never leaves half of one. */
export async function readRecord(file: string): Promise<ProcessRecord | null> {
  try {
    const { pid, startTicks, bootId } = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessRecord>;
    // Zero and negative numbers mean whole process groups to kill(2).
    if (!Number.isSafeInteger(pid) || pid! < 1 || !startTicks || !bootId) return null;
    return { pid: pid!, startTicks, bootId };
  } catch {
    return null;
  }
}

export async function writeRecord(file: string, record: ProcessRecord): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify(record));
  await rename(fresh, file);
}

/**
 * Ends the recorded process (SIGTERM, then SIGKILL after `graceMs`), waits until it is gone, and removes the record; true
 * when it was running. Throws StackError `already-running`, and keeps the record, when even SIGKILL does not end it.
 */
export async function end(file: string, graceMs: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
  const record = await readRecord(file);
  const running = record !== null && isRunning(record);
  if (running) {
    send(record, signal);
    // A frozen process acts on nothing but SIGKILL until it is continued.
    send(record, 'SIGCONT');
    if (!(await gone(record, graceMs))) send(record, 'SIGKILL');
    if (!(await gone(record, 10_000))) {
      throw new StackError(
        'already-running',
        `pid ${record.pid} (${file}) does not end, not even by kill -9; look at it`,
      );
    }
  }
  await rm(file, { force: true });
  return running;
}

/** Sends the signal when the record's process is still the one with that pid; nothing otherwise. */
export function send(record: ProcessRecord, signal: NodeJS.Signals): void {
  if (!isRunning(record)) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function gone(record: ProcessRecord, limitMs: number): Promise<boolean> {
  for (const until = Date.now() + limitMs; Date.now() < until; await delay(20)) {
    if (!isRunning(record)) return true;
  }
  return !isRunning(record);
}
