import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'page');

export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** The page itself, and by their names the files that it asks for. What the browser runs is the TypeScript beside it without its types. */
export function pageFiles(): { readonly page: PageFile; readonly files: ReadonlyMap<string, PageFile> } {
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const files = new Map<string, PageFile>([
    ['page.css', { type: 'text/css; charset=utf-8', text: text('page.css') }],
    ['icon.svg', { type: 'image/svg+xml', text: text('icon.svg') }],
    ...scripts.map(
      (name) => [nameOf(name), { type: 'text/javascript; charset=utf-8', text: script(text(name)) }] as const,
    ),
  ]);
  return { page: { type: 'text/html; charset=utf-8', text: text('page.html') }, files };
}

const nameOf = (name: string): string => name.replace(/\.ts$/, '.js');

const script = (source: string): string =>
  stripTypeScriptTypes(source, { mode: 'strip' }).replaceAll(/ from '(\.\/[\w-]+)\.ts';/g, " from '$1.js';");
