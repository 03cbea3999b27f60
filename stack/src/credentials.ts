import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The passwords of one stack: made at its first start, kept in `secrets/NAME.properties` (mode 600) so that a Kafka Connect
 * worker reads the same file through its FileConfigProvider.
 */
export class Credentials {
  readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'secrets');
  }

  file(name: string): string {
    return join(this.folder, `${name}.properties`);
  }

  /** The password of `name`, made when there is none yet. */
  async password(name: string): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = this.file(name);
    if (!existsSync(file)) {
      const fresh = `${file}.${process.pid}`;
      await writeFile(fresh, `password=${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
      await rename(fresh, file);
    }
    return /^password=(.*)$/m.exec(await readFile(file, 'utf8'))![1]!;
  }
}
