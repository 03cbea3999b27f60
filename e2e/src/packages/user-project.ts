import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Ran } from '../checkout-copy.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { root } from './pack.ts';

const run = promisify(execFile);

/** Somebody's own repository in an empty folder, whose packages come from a registry; gone when it is closed. */
export class UserProject {
  readonly folder: string;
  readonly #env: Record<string, string>;

  private constructor(folder: string, registry: string) {
    this.folder = folder;
    const { PATH = '', HOME = '/', BANYAN_CACHE, JAVA_HOME } = process.env;
    const own = { PATH, HOME, ...(BANYAN_CACHE && { BANYAN_CACHE }), ...(JAVA_HOME && { JAVA_HOME }) };
    this.#env = { ...own, npm_config_registry: registry, npm_config_cache: join(folder, '../npm-cache') };
  }

  static async make(registry: string): Promise<UserProject> {
    const project = new UserProject(join(await temporaryFolder('project'), 'shop'), registry);
    await project.write(
      'package.json',
      JSON.stringify({ name: 'shop', version: '1.0.0', private: true, type: 'module' }),
    );
    return project;
  }

  /** Without a file in it. */
  static async empty(registry: string): Promise<UserProject> {
    const project = new UserProject(join(await temporaryFolder('project'), 'shop'), registry);
    await mkdir(project.folder);
    return project;
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  /** Runs a command line of a user there; throws with all it said when it fails. */
  async run(command: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.tried(command, env);
    if (code !== 0) throw new Error(`exit code ${code} of ${command}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async tried(command: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const options = { cwd: this.folder, env: { ...this.#env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    try {
      return { code: 0, ...(await run('sh', ['-euc', command], options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown } & Omit<Ran, 'code'>;
      return { code: typeof code === 'number' ? code : -1, stdout, stderr };
    }
  }

  /** Checks a file's types as strictly as a user may, with declarations of packages among them. */
  types(file: string): Promise<Ran> {
    const options = '--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2024';
    return this.tried(`'${root}/node_modules/.bin/tsc' ${options} ${file}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true, maxRetries: 5 });
  }
}
