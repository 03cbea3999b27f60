import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const readBytes = 64 * 1024;

/** The last lines of a text file, '' when there is none; reads no more than the last 64 KiB. */
export function endOfFile(file: string, lines: number): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(size, readBytes));
    const read = readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read).trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(handle);
  }
}
