import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { type Lock, tryLock } from './lock.ts';
import { isRunning, readRecord, recordOf, writeRecord } from './running-process.ts';

const ownerFile = (dataDir: string): string => join(dataDir, 'run', 'owner.json');

/** A process's right to start parts on a data folder; held until it is released or the process ends. */
export class Claim {
  readonly #dataDir: string;
  readonly #lock: Lock;

  private constructor(dataDir: string, lock: Lock) {
    this.#dataDir = dataDir;
    this.#lock = lock;
  }

  /** Throws StackError `already-running` with the pid of the process that has it. `run` must exist in the data folder. */
  static async take(dataDir: string): Promise<Claim> {
    const lock = await tryLock('stack', dataDir);
    const owner = await readRecord(ownerFile(dataDir));
    // The record speaks for an owner that the lock does not reach, such as one in another network namespace.
    if (!lock || (owner && owner.pid !== process.pid && isRunning(owner))) {
      await lock?.release();
      throw alreadyRunning(dataDir, owner?.pid);
    }
    await writeRecord(ownerFile(dataDir), recordOf(process.pid)!);
    return new Claim(dataDir, lock);
  }

  async release(): Promise<void> {
    await rm(ownerFile(this.#dataDir), { force: true });
    await this.#lock.release();
  }
}

/** The pid of another process that runs the stack in this folder, or null. */
export async function otherOwner(dataDir: string): Promise<number | null> {
  const owner = await readRecord(ownerFile(dataDir));
  return owner && owner.pid !== process.pid && isRunning(owner) ? owner.pid : null;
}

/** Removes the record of an owner that has ended without releasing its claim; a living one's stays. */
export async function forgetEndedOwner(dataDir: string): Promise<void> {
  const owner = await readRecord(ownerFile(dataDir));
  if (owner && !isRunning(owner)) await rm(ownerFile(dataDir), { force: true });
}

export function alreadyRunning(dataDir: string, pid: number | undefined): StackError {
  const who = pid === undefined ? 'another process, which is just starting' : `pid ${pid}, which is running`;
  return new StackError('already-running', `the stack in ${dataDir} belongs to ${who}; end that one first`);
}
