import { type FileHandle, open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const pieceBytes = 64 * 1024;
/** A line without an end is handed out in pieces of this many characters. */
const longestLine = 1024 * 1024;

/** A log that grows, and that is put aside for a new one of the same name when its part starts again. */
export class LogFile {
  readonly #path: string;
  #handle: FileHandle | null = null;
  #inode = 0;
  #offset = 0;
  #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The last lines there are now; null when there is no file. `more` goes on from there. */
  async end(lines: number): Promise<string[] | null> {
    if (!(await this.#open())) return null;
    const { size } = await this.#handle!.stat();
    let start = size;
    let ends = 0;
    const piece = Buffer.alloc(pieceBytes);
    // Back to the line end before the wanted lines; the last line's own end does not count.
    while (start > 0 && ends <= lines) {
      const from = Math.max(0, start - pieceBytes);
      const { bytesRead } = await this.#handle!.read(piece, 0, start - from, from);
      let index = bytesRead - 1;
      for (; index >= 0; index--) {
        if (piece[index] !== 10 || from + index === size - 1) continue;
        if (++ends >= lines) break;
      }
      if (ends >= lines) {
        start = lines === 0 ? size : from + index + 1;
        break;
      }
      start = from;
    }
    this.#offset = lines === 0 ? size : start;
    const found: string[] = [];
    while (this.#offset < size) found.push(...(await this.#read()));
    return found;
  }

  /** The whole lines that have come since. */
  async more(): Promise<string[]> {
    if (!this.#handle && !(await this.#open())) return [];
    const lines = await this.#read();
    if (lines.length > 0 || !(await this.#isReplaced())) return lines;
    const rest = this.#rest === '' ? [] : [this.#rest];
    await this.close();
    return rest;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  async #open(): Promise<boolean> {
    try {
      this.#handle = await open(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.#inode = (await this.#handle.stat()).ino;
    this.#offset = 0;
    this.#decoder = new StringDecoder('utf8');
    this.#rest = '';
    return true;
  }

  async #read(): Promise<string[]> {
    const piece = Buffer.alloc(pieceBytes);
    const { bytesRead } = await this.#handle!.read(piece, 0, pieceBytes, this.#offset);
    this.#offset += bytesRead;
    const lines = (this.#rest + this.#decoder.write(piece.subarray(0, bytesRead))).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > longestLine) lines.push(this.#rest.slice(0, longestLine));
    if (this.#rest.length > longestLine) this.#rest = this.#rest.slice(longestLine);
    return lines;
  }

  async #isReplaced(): Promise<boolean> {
    const now = await stat(this.#path).catch(() => null);
    return now === null || now.ino !== this.#inode;
  }
}
