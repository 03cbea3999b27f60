import { catalogue, kinds } from './catalogue.ts';
import type { Kind } from './finding.ts';
import { traps } from './traps.ts';

const head = '| code | severity | what it is | what will happen | what to do |\n|---|---|---|---|---|\n';

/** Links of a page in docs/reference. */
const linked = (page: string): string =>
  page.startsWith('reference/') ? page.slice('reference/'.length) : `../${page}`;

const row = ({ code, severity, is, happens, remedy, page }: Kind): string =>
  `| [\`${code}\`](${linked(page)}) | ${severity} | ${cell(is)} | ${cell(happens)} | ${cell(remedy)} |`;

/** Names with two underscores around them are bold otherwise. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('__proto__', '`__proto__`');

function trapRow({ number, trap, instead }: (typeof traps)[number]): string {
  const found = kinds.filter((kind) => kind.traps.includes(number)).map(({ code }) => `\`${code}\``);
  return `| ${number} | ${cell(trap)} | ${found.join(', ') || '–'} | ${instead === null ? '–' : cell(instead)} |`;
}

/** The tables of docs/reference/doctor.md, by the heading that they stand under. */
export function pageTables(): ReadonlyMap<string, string> {
  return new Map([
    ...catalogue.map(({ heading, kinds: all }) => [heading, `${head}${all.map(row).join('\n')}`] as const),
    [
      'What cannot be found',
      `| nr. | what breaks a bridge | found by | what cannot be found of it |\n|---|---|---|---|\n${traps.map(trapRow).join('\n')}`,
    ],
  ]);
}

/** The page with its tables as the code has them; nothing else is changed. Throws for a heading without a table. */
export function pageWith(text: string): string {
  let page = text;
  for (const [heading, table] of pageTables()) {
    const at = new RegExp(`(\\n## ${heading}\\n(?:(?!\\n## )[^|])*?\\n)(?:\\|[^\\n]*\\n)+`);
    if (!at.test(page)) throw new Error(`docs/reference/doctor.md has no table under '${heading}'`);
    page = page.replace(at, (_, before: string) => `${before}${table}\n`);
  }
  return page;
}
