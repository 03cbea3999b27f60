import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/** What every page is made with. */
const shared = join(import.meta.dirname, 'browser');

export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/**
 * The `page.html` of a folder, and by their names the files that it asks for: those of the folder, and those that all pages share. What
 * the browser runs is the TypeScript beside it without its types; it has all of it in one folder.
 */
export function pageFiles(folder: string): { readonly page: PageFile; readonly files: ReadonlyMap<string, PageFile> } {
  const files = [shared, folder].flatMap((each) => readdirSync(each).map((name) => join(each, name)));
  const asked = files.flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const file = fileOf(name, () => readFileSync(path, 'utf8'));
    return file === null ? [] : [[name.replace(/\.ts$/, '.js'), file] as const];
  });
  const page = { type: 'text/html; charset=utf-8', text: readFileSync(join(folder, 'page.html'), 'utf8') };
  return { page, files: new Map(asked) };
}

/** Null of what no page asks for. */
function fileOf(name: string, text: () => string): PageFile | null {
  if (name.endsWith('.css')) return { type: 'text/css; charset=utf-8', text: text() };
  if (name.endsWith('.svg')) return { type: 'image/svg+xml', text: text() };
  if (!name.endsWith('.ts') || name.endsWith('.test.ts')) return null;
  return { type: 'text/javascript; charset=utf-8', text: script(text()) };
}

/** From wherever a name was imported, its file lies beside. */
const script = (source: string): string =>
  stripTypeScriptTypes(source, { mode: 'strip' }).replaceAll(/ from '[^']*\/([\w-]+?)(?:\.ts)?';/g, " from './$1.js';");
