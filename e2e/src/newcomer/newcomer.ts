import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalRegistry } from '../packages/local-registry.ts';
import { packAll } from '../packages/pack.ts';
import { UserProject } from '../packages/user-project.ts';
import { type Block, pattern } from '../page-blocks.ts';
import type { ForeignDatabase } from './foreign-database.ts';

/** Signs that a shell and a URL would take for their own. */
const password = 'g"h$1 m';

/** Somebody new: an empty folder, the packages as tarballs beside it, and a database of his own. */
export class Newcomer {
  readonly project: UserProject;
  readonly #database: ForeignDatabase;
  readonly #registry: LocalRegistry;
  readonly #env: Readonly<Record<string, string>>;
  /** Of one page. */
  commands = 0;

  private constructor(project: UserProject, database: ForeignDatabase, registry: LocalRegistry, portBase: number) {
    this.project = project;
    this.#database = database;
    this.#registry = registry;
    this.#env = { BANYAN_PORT_BASE: String(portBase) };
  }

  static async make(database: ForeignDatabase, portBase: number): Promise<Newcomer> {
    // What the tarballs need of others comes from the cache of npm.
    const registry = await LocalRegistry.open([]);
    const project = await UserProject.empty(registry.url);
    await packAll(join(project.folder, '../banyan/.banyan/packages'));
    await writeFile(join(project.folder, '../secret'), `${password}\n`, { mode: 0o600 });
    return new Newcomer(project, database, registry, portBase);
  }

  /** Does what the blocks of a page say: SQL by the administrator, files, commands, and what these print. */
  async follow(blocks: readonly Block[]): Promise<void> {
    let stdout = '';
    for (const { language, file, text } of blocks) {
      if (file !== null) {
        await mkdir(dirname(join(this.project.folder, file)), { recursive: true });
        await writeFile(join(this.project.folder, file), text);
      } else if (language === 'sql') await this.#database.root.query(text.replace('…', password));
      else if (language === 'sh') stdout = await this.run(text);
      else for (const line of text.trim().split('\n')) expectLine(stdout, line);
    }
  }

  /** Throws with all it said. */
  run(command: string): Promise<string> {
    this.commands++;
    return this.project.run(this.#here(command), this.#env);
  }

  tried(command: string) {
    return this.project.tried(this.#here(command), this.#env);
  }

  /** His server has another port than everybody's. */
  #here(command: string): string {
    return command.replaceAll('127.0.0.1:3306', `127.0.0.1:${this.#database.port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project.tried('npx banyan down', this.#env);
    await this.project[Symbol.asyncDispose]();
    await this.#registry[Symbol.asyncDispose]();
  }
}

function expectLine(stdout: string, line: string): void {
  if (!pattern(line).test(stdout)) throw new Error(`there is no line\n${line}\nin\n${stdout}`);
}
