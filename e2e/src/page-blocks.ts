export interface Block {
  readonly language: string;
  readonly file: string | null;
  readonly text: string;
}

/** The fenced blocks of a page: `sh` is run, `ts file=…` is written, `json` and `text` are what the `sh` before them prints. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, file, text]) => ({
    language: language!,
    file: file ?? null,
    text: text!,
  }));
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** `…` stands for anything. */
export const pattern = (line: string) => new RegExp(`^${line.split('…').map(escaped).join('.*')}$`, 'm');
