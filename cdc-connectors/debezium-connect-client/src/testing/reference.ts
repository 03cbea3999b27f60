import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const source = join(import.meta.dirname, '..');

/** The page docs/reference/connect-client.md: every export of index.ts with its docstring, as it stands in the source. */
export async function reference(): Promise<string> {
  const sections = (await exportsOf(join(source, 'index.ts'))).map(async ({ file, names }) => {
    const text = await readFile(file, 'utf8');
    const entries = names.map((name) => entry(name, declarationOf(text, name, file)));
    return entries.join('\n');
  });
  return `${HEAD}\n${(await Promise.all(sections)).join('\n')}`;
}

const HEAD = `# debezium-connect-client

Every export, in the words of its source. Written by \`node cdc-connectors/debezium-connect-client/src/testing/write-reference.ts\`; a
test fails when it is out of date. How to use them: the [README](../../cdc-connectors/debezium-connect-client/README.md).
`;

type Exports = { readonly file: string; readonly names: readonly string[] };
type Declaration = { readonly doc: string; readonly code: string };

async function exportsOf(index: string): Promise<Exports[]> {
  const text = await readFile(index, 'utf8');
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '(.*)';$/gm)].map(([, names = '', path = '']) => ({
    file: join(dirname(index), path),
    names: names
      .split(',')
      .map((name) => name.replace(/^\s*type\s/, '').trim())
      .filter((name) => name !== ''),
  }));
}

/** Top-level declarations begin at the start of a line, and end with the next line that is blank outside of them. */
function declarationOf(text: string, name: string, file: string): Declaration {
  const start = new RegExp(
    `^(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export (?:async )?(class|function|const|type) ${name}\\b`,
    'm',
  ).exec(text);
  if (start === null) throw new Error(`${file} has no export ${name} that begins a line; the reference cannot show it`);
  const [head, doc = '', kind] = start;
  const rest = text.slice(start.index + doc.length);
  const code = kind === 'class' ? classShape(rest) : kind === 'function' ? signature(rest) : whole(rest);
  if (head === '' || code === '') throw new Error(`${file}: the reference cannot read ${name}`);
  return { doc: plain(doc), code };
}

/** A function without its body. */
function signature(text: string): string {
  const end = /\{\n(?= {2})|\{\}\n/.exec(text)?.index ?? text.length;
  return `${text.slice(0, end).trimEnd()};`;
}

/** A type or a constant, as far as its brackets and its semicolon go. */
function whole(text: string): string {
  const end = /;\n(?=\n*(?:[^\s}]|$))/.exec(text)?.index ?? text.length - 1;
  return text.slice(0, end + 1);
}

/** A class with the signatures of its public members, their docstrings among them. */
function classShape(text: string): string {
  const end = text.indexOf('\n}\n');
  const lines = text.slice(0, end).split('\n');
  const members = lines.slice(1).join('\n').split(/\n\n/).flatMap(memberShape);
  return `${lines[0]}\n${members.join('\n\n')}\n}`;
}

function memberShape(member: string): string[] {
  const [, doc = '', code = ''] = /^\n*((?: {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?)([\s\S]*)$/.exec(member) ?? [];
  const declared = code.split('\n').filter((line) => !/^ {2}(readonly |private |static )?#/.test(line));
  if (declared.length === 0 || /^ {2}(async |readonly )?#|^ {2}\[/.test(code)) return [];
  const body = /\{\n {4}|\{\}$/.exec(code);
  // A parameter list over several lines ends at the line that opens the body.
  const opened = /^ {2}[)}].* \{$/m.exec(code);
  const end = opened ? opened.index + opened[0].length - 1 : body?.index;
  return [`${doc}${end === undefined ? declared.join('\n') : `${code.slice(0, end).trimEnd()};`}`];
}

function plain(doc: string): string {
  return doc
    .replace(/^\/\*\*\s?/, '')
    .replace(/\s*\*\/\n$/, '')
    .replaceAll(/^ \* ?/gm, '')
    .trim();
}

function entry(name: string, { doc, code }: Declaration): string {
  return `## ${name}\n\n${doc === '' ? '' : `${doc}\n\n`}\`\`\`ts\n${code}\n\`\`\`\n`;
}
