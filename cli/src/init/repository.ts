import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CliError } from '../errors.ts';
import { type OwnServer, projectFile } from '../project/project.ts';

export interface Repository {
  readonly prefix: string;
  readonly services: string;
  readonly server: OwnServer;
  readonly withheld: readonly string[];
}

const ignored = ['node_modules/', '.banyan/'];

/** Writes banyan.json, and what package.json and .gitignore lack; what is in them stays. Tells what was written. */
export async function writeProject(
  folder: string,
  { prefix, services, server, withheld }: Repository,
): Promise<string[]> {
  const manifest = await manifestOf(folder);
  const written: string[] = [];
  const content = {
    prefix,
    ...(services !== 'services' && { services }),
    database: server,
    ...(withheld.length > 0 && { withheld }),
  };
  await writeFile(join(folder, projectFile), `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx' });
  written.push(projectFile);
  if (manifest.changed) {
    await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest.value, null, 2)}\n`);
    written.push('package.json');
  }
  const file = join(folder, '.gitignore');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const missing = ignored.filter(
    (one) => !lines.some((line) => line.trim().replace(/^\/|\/$/g, '') === one.slice(0, -1)),
  );
  if (missing.length > 0) {
    const before = lines.join('\n').replace(/\n*$/, '');
    await writeFile(file, `${before === '' ? '' : `${before}\n`}${missing.join('\n')}\n`);
    written.push('.gitignore');
  }
  return written;
}

/** Throws CliError `config` for one that is no JSON, and for CommonJS: a service is a module. */
async function manifestOf(folder: string): Promise<{ value: Record<string, unknown>; changed: boolean }> {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) {
    const name =
      basename(folder)
        .toLowerCase()
        .replaceAll(/[^a-z0-9._-]/g, '-')
        .replace(/^[._-]+/, '') || 'monolith';
    return { value: { name, version: '0.0.0', private: true, type: 'module' }, changed: true };
  }
  const refuse = (what: string, remedy: string): never => {
    throw new CliError('config', `${file}: ${what}`, { remedy });
  };
  let value: Record<string, unknown> = {};
  try {
    value = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    refuse((error as Error).message, 'mend it');
  }
  if (value.type === 'commonjs')
    refuse(
      'its "type" is "commonjs", and services are modules',
      'set "type": "module", or begin in a folder of its own',
    );
  // A package of its own goes on as it is: Node sees by itself that a service is a module.
  const isPackage = ['type', 'main', 'bin', 'exports', 'scripts'].some((field) => field in value);
  return isPackage ? { value, changed: false } : { value: { ...value, type: 'module' }, changed: true };
}
