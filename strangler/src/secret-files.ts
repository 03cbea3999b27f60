import { readFileSync, statSync } from 'node:fs';
import { wrongIn } from '@banyan/kit';
import { ReadAfterTokens } from './token/read-after.ts';

/** The keys in READ_AFTER_KEY_FILE, base64, one a line. Throws KitError `config`. */
export function keysIn(file: string): Buffer[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const keys = lines.filter((line) => line.trim() !== '').map((line) => Buffer.from(line.trim(), 'base64'));
    new ReadAfterTokens({ keys });
    return keys;
  } catch (error) {
    throw wrongIn('READ_AFTER_KEY_FILE', (error as Error).message);
  }
}

/** The token in the file as it is now, looked at once a second: whoever renews it need not restart anything. Null without a file. */
export function tokenIn(file: string | null): () => string | null {
  if (file === null) return () => null;
  let [token, lookedAtMs, changedAtMs] = ['', Number.NEGATIVE_INFINITY, -1];
  return () => {
    if (performance.now() - lookedAtMs < 1000) return token;
    const { mtimeMs } = statSync(file);
    if (mtimeMs !== changedAtMs) [token, changedAtMs] = [readFileSync(file, 'utf8').trim(), mtimeMs];
    lookedAtMs = performance.now();
    return token;
  };
}
