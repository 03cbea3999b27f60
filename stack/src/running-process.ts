import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A process known by pid AND start time: a pid alone may belong to somebody else after a reboot or a wrap-around. */
export interface ProcessRecord {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
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
  return found !== null && found.state !== 'Z' && found.startTicks === record.startTicks && bootId() === record.bootId;
}

export async function readRecord(file: string): Promise<ProcessRecord | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessRecord;
  } catch {
    return null;
  }
}

export async function writeRecord(file: string, record: ProcessRecord): Promise<void> {
  await writeFile(file, JSON.stringify(record));
}

/** Ends the recorded process (SIGTERM, then SIGKILL after `graceMs`), waits until it is gone, and removes the record. */
export async function end(file: string, graceMs: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
  const record = await readRecord(file);
  const running = record !== null && isRunning(record);
  if (record && running) {
    // A frozen process acts on nothing but SIGKILL until it is continued.
    send(record, 'SIGCONT');
    send(record, signal);
    if (!(await gone(record, graceMs))) {
      send(record, 'SIGKILL');
      await gone(record, 10_000);
    }
  }
  await rm(file, { force: true });
  return running;
}

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
