import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';

/** A process known by pid AND start time: a pid alone may belong to somebody else after a reboot or a wrap-around. */
export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks from boot to its start. */
  readonly startTicks: string;
  readonly bootId: string;
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** What /proc/PID/stat says; source: proc(5), fields 3, 20 and 22. */
export function parseStat(text: string): { readonly startTicks: string; readonly hasEnded: boolean } {
  // The command name stands in brackets and may hold blanks and brackets itself: fields count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, threads, startTicks] = [fields[0]!, Number(fields[17]), fields[19]!];
  // Of a killed process the first thread may be a zombie while others are still ending, with its ports and files in hand.
  return { startTicks, hasEnded: (state === 'Z' || state === 'X') && threads <= 1 };
}

function stat(pid: number): ReturnType<typeof parseStat> | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
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
  return found !== null && !found.hasEnded && found.startTicks === record.startTicks && bootId() === record.bootId;
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
