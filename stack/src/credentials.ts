import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { propertiesFile } from './parts/properties.ts';

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

  /** The password of `name`, made when there is none yet: whoever asks at the same time gets the same one. */
  async password(name: string): Promise<string> {
    const text = (await this.#read(name)) ?? (await this.#make(name));
    const password = /^password=(.+)$/m.exec(text)?.[1];
    if (password) return password;
    throw new StackError('config', `${this.file(name)} holds no line password=…; restore it, or delete the file`);
  }

  /** Has Kafka Connect read a password that was made elsewhere, in place of one that is there. */
  async keep(name: string, password: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const fresh = `${this.file(name)}.${randomUUID()}`;
    await writeFile(fresh, propertiesFile({ password }), { mode: 0o600 });
    await rename(fresh, this.file(name));
  }

  async #read(name: string): Promise<string | null> {
    return readFile(this.file(name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  }

  async #make(name: string): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const fresh = `${this.file(name)}.${randomUUID()}`;
    try {
      await writeFile(fresh, `password=${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
      // A link never replaces: of two that make the password at once, the second takes the first one's.
      await link(fresh, this.file(name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(fresh, { force: true });
    }
    return readFile(this.file(name), 'utf8');
  }
}
